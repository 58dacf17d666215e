/** What every law must hold: densities, Fisher information by its definition, draws. */
import { constant, matmul, type Node, transpose } from "@metrigrad/graph";
import {
  bernoulli,
  categorical,
  gaussian,
  gaussianWithScale,
  type RowLaw as Law,
  poisson,
} from "@metrigrad/nn";
import { type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import { evaluate, gap, numbers } from "../support/evaluate.ts";

const h = [0.4, -1.2, 2.1];

/** All responses y to h with weights such that Σ weight f(y) = E[f(y)]. */
interface Ensemble {
  readonly y: Tensor;
  readonly weight: readonly number[];
}

/** A law at a response h, and its expectations there without a formula of the package. */
interface Case {
  readonly law: Law;
  readonly h: readonly number[];
  readonly all: () => Ensemble | Promise<Ensemble>;
  /** Columns of a flat list of responses whose means are compared. */
  readonly columns: (values: readonly number[]) => number[][];
}

/** Gauss–Hermite rule of five nodes (Abramowitz and Stegun, table 25.10). */
const hermite = [
  [0, 0.9453087204829419],
  [0.9585724646138185, 0.3936193231522412],
  [-0.9585724646138185, 0.3936193231522412],
  [2.0201828704560856, 0.01995324205904591],
  [-2.0201828704560856, 0.01995324205904591],
] as const;

/** Independent responses: every combination of the values of each. */
function product(axes: readonly (readonly (readonly [y: number, weight: number])[])[]): Ensemble {
  const all = axes.reduce<{ y: number[]; weight: number }[]>(
    (rows, axis) =>
      rows.flatMap((row) =>
        axis.map(([y, weight]) => ({ y: [...row.y, y], weight: row.weight * weight })),
      ),
    [{ y: [], weight: 1 }],
  );
  return { y: tensor(all.map(({ y }) => y)), weight: all.map(({ weight }) => weight) };
}

/** N(μ_j, σ_j²). */
function normals(mu: readonly number[], sigma: readonly number[]): Ensemble {
  const axis = (j: number) =>
    hermite.map(
      ([z, w]) =>
        [(mu[j] ?? 0) + Math.SQRT2 * (sigma[j] ?? 1) * z, w / Math.sqrt(Math.PI)] as const,
    );
  return product(mu.map((_, j) => axis(j)));
}

/** Poisson counts up to a tail below 1e-13, by the recurrence p_k = p_{k−1} λ/k. */
function counts(rates: readonly number[]): Ensemble {
  const axis = (rate: number) => {
    const found: (readonly [number, number])[] = [];
    for (let k = 0, p = Math.exp(-rate); k < rate || p > 1e-14; p *= rate / ++k) found.push([k, p]);
    return found;
  };
  return product(rates.map(axis));
}

/** The outcomes that the law lists, with its own probabilities. */
async function listed(law: Law): Promise<Ensemble> {
  const y = law.outcomes(h.length) as Tensor;
  const logs = await numbers(law.logProb(constant(y), rowsOf(y.shape[0] as number, h)));
  return { y, weight: logs.map(Math.exp) };
}

/** h for every row. */
function rowsOf(count: number, at: readonly number[]): Node {
  return constant(tensor(Array.from({ length: count }, () => [...at])));
}

/** E[score score'] in h, scores by central differences of ln p. */
async function expected({ law, h, all }: Case): Promise<number[]> {
  const { y, weight } = await all();
  const at = (k: number, step: number) => {
    const moved = h.map((value, j) => value + (j === k ? step : 0));
    return numbers(law.logProb(constant(y), rowsOf(weight.length, moved)));
  };
  const scores: number[][] = [];
  for (let k = 0; k < h.length; k++) {
    const [a, b, c, d] = [
      await at(k, -2e-3),
      await at(k, -1e-3),
      await at(k, 1e-3),
      await at(k, 2e-3),
    ];
    const slope = (i: number) => 8 * ((c[i] ?? 0) - (b[i] ?? 0)) - ((d[i] ?? 0) - (a[i] ?? 0));
    scores.push(weight.map((_, i) => slope(i) / 12e-3));
  }
  return scores.flatMap((a) =>
    scores.map((b) => a.reduce((sum, value, q) => sum + (weight[q] ?? 0) * value * (b[q] ?? 0), 0)),
  );
}

/** Every m-th value. */
const strided = (m: number) => (values: readonly number[]) =>
  Array.from({ length: m }, (_, j) => values.filter((_, i) => i % m === j));
/** Labels count as indicators of their class. */
const indicators = (values: readonly number[]) =>
  h.map((_, j) => values.map((value) => Number(value === j)));
/** Values and their squares, for laws whose variance is a parameter too. */
const moments = (m: number) => (values: readonly number[]) => {
  const own = strided(m)(values);
  return [...own, ...own.map((column) => column.map((value) => value ** 2))];
};

const discrete = (law: Law, columns = strided(3)): Case => ({
  law,
  h,
  all: () => listed(law),
  columns,
});
const scaled = [0.4, -1.2, 0.3, -0.5];

const laws: readonly Case[] = [
  discrete(categorical(), indicators),
  discrete(bernoulli()),
  discrete(bernoulli({ values: [-1, 1] })),
  discrete(bernoulli({ values: [0, 3] })),
  { law: gaussian(), h, all: () => normals(h, [1, 1, 1]), columns: strided(3) },
  {
    law: gaussian({ sigma: 0.3 }),
    h,
    all: () => normals(h, [0.3, 0.3, 0.3]),
    columns: strided(3),
  },
  {
    law: gaussianWithScale(),
    h: scaled,
    all: () => normals([0.4, -1.2], [Math.exp(0.3), Math.exp(-0.5)]),
    columns: moments(2),
  },
  { law: poisson(), h, all: () => counts(h.map(Math.exp)), columns: moments(3) },
];

for (const one of laws) {
  const { law, h, all } = one;
  const m = h.length;

  test(`${law.name}: probabilities sum to 1, and ln p is that of the definition`, async (t) => {
    const { y, weight } = await all();
    t.ok(Math.abs(weight.reduce((sum, w) => sum + w, 0) - 1) < 1e-12);
    const elsewhere = h.map((value, j) => value + 0.1 * (j + 1));
    const [here, there] = [
      await numbers(law.logProb(constant(y), rowsOf(weight.length, h))),
      await numbers(law.logProb(constant(y), rowsOf(weight.length, elsewhere))),
    ];
    const mass = weight.reduce(
      (sum, w, q) => sum + w * Math.exp((there[q] ?? 0) - (here[q] ?? 0)),
      0,
    );
    // Quadrature is exact for polynomials only.
    t.ok(Math.abs(mass - 1) < (law.outcomes(m) === null ? 0.02 : 1e-12), `mass ${mass}`);
  });

  test(`${law.name}: fisher = E[score score'], scores by finite differences`, async (t) => {
    const [fisher] = await evaluate([law.fisher(rowsOf(2, h))]);
    t.deepEqual(fisher?.shape, [2, m, m]);
    const found = await expected(one);
    const scale = Math.max(...found);
    t.ok(gap(fisher?.data() ?? [], [...found, ...found]) < 1e-9 * scale);
  });

  test(`${law.name}: fisherRoot is a root of fisher`, async (t) => {
    const root = law.fisherRoot(rowsOf(2, h));
    const [product, fisher] = await evaluate([
      matmul(root, transpose(root)),
      law.fisher(rowsOf(2, h)),
    ]);
    t.ok(gap(product?.data() ?? [], fisher?.data() ?? []) < 1e-12);
  });

  test(`${law.name}: fisherDiagonal is all of E[score score'], or that is not diagonal`, async (t) => {
    const found = await expected(one);
    const off = found.filter((_, i) => i % (m + 1) !== 0).map(Math.abs);
    const { fisherDiagonal } = law;
    if (fisherDiagonal === null) {
      t.ok(Math.max(...off) > 1e-3);
      return;
    }
    t.ok(Math.max(...off) < 1e-9 * Math.max(...found));
    const diagonal =
      typeof fisherDiagonal === "number"
        ? h.map(() => fisherDiagonal)
        : await numbers(fisherDiagonal(rowsOf(1, h)));
    const wanted = h.map((_, j) => found[j * (m + 1)] as number);
    t.ok(gap(diagonal, wanted) < 1e-9 * Math.max(...found));
  });

  test(`${law.name}: kl = E[ln p − ln p'], and 0 from itself`, async (t) => {
    const { y, weight } = await all();
    const to = h.map((value, j) => value + (j % 2 === 0 ? 0.3 : -0.4));
    const [here, there] = [
      await numbers(law.logProb(constant(y), rowsOf(weight.length, h))),
      await numbers(law.logProb(constant(y), rowsOf(weight.length, to))),
    ];
    const mean = weight.reduce((sum, w, q) => sum + w * ((here[q] ?? 0) - (there[q] ?? 0)), 0);
    const kl = law.kl as NonNullable<Law["kl"]>;
    t.ok(gap(await numbers(kl(rowsOf(2, h), rowsOf(2, to))), [mean, mean]) < 1e-11);
    t.ok(gap(await numbers(kl(rowsOf(1, h), rowsOf(1, h))), [0]) < 1e-14);
    t.throws(() => kl(rowsOf(2, h), rowsOf(1, h)), /, kl: both responses must be \[n, m\], got/);
  });
}

for (const { law } of laws.filter(({ law }) => !/^(poisson|gaussianWithScale)/.test(law.name))) {
  test(`${law.name}: far responses give finite numbers`, async (t) => {
    const far = constant(tensor([[800, -800, 0]]));
    const y = law.outcomes(3) ?? tensor([[1, 2, 3]]);
    const one = constant(
      tensor(y.data().slice(0, y.shape.length === 1 ? 1 : 3), { shape: [1, ...y.shape.slice(1)] }),
    );
    const values = await numbers(law.fisher(far));
    t.ok([...values, ...(await numbers(law.logProb(one, far)))].every(Number.isFinite));
  });
}

const draws = 4000;

/** Deviations of sampled means from expected ones, in standard errors. */
async function deviations({ law, h, all, columns }: Case, claimed: readonly number[] | null) {
  const [sampled] = await evaluate([law.sample(rowsOf(draws, h), "draws")], { seed: 21 });
  const { y, weight } = await all();
  const possible = columns([...y.data()]);
  return columns([...(sampled as Tensor).data()]).map((column, j) => {
    const values = possible[j] ?? [];
    const mean = claimed?.[j] ?? weight.reduce((sum, w, q) => sum + w * (values[q] ?? 0), 0);
    const got = column.reduce((sum, v) => sum + v, 0) / draws;
    const spread = column.reduce((sum, v) => sum + (v - got) ** 2, 0) / (draws - 1);
    return Math.abs(got - mean) / Math.sqrt(spread / draws);
  });
}

for (const one of laws) {
  test(`${one.law.name}: the mean of 4000 draws within 4 standard errors, seed 21`, async (t) => {
    const found = await deviations(one, null);
    t.ok(
      found.every((deviation) => deviation < 4),
      `${found.map((deviation) => deviation.toFixed(1))} standard errors`,
    );
    const wrong = await deviations(one, [0.2, 0.9, 0.5]);
    t.ok(
      wrong.some((deviation) => deviation > 8),
      "and rings on other means",
    );
  });
}

test("sample: equal keys give equal draws in a run, other keys and seeds others", async (t) => {
  const law = gaussian();
  const rows = rowsOf(3, h);
  const [a, b, c] = await evaluate(
    [law.sample(rows, "k"), law.sample(rows, "k"), law.sample(rows, "l")],
    { seed: 1 },
  );
  const [d] = await evaluate([law.sample(rows, "k")], { seed: 2 });
  t.deepEqual([...(a?.data() ?? [])], [...(b?.data() ?? [])]);
  t.ok(gap(a?.data() ?? [], c?.data() ?? []) > 1e-3);
  t.ok(gap(a?.data() ?? [], d?.data() ?? []) > 1e-3);
});
