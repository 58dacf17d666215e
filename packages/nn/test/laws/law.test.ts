/** What every law must hold: densities, Fisher information by its definition, draws. */
import { constant, matmul, type Node, transpose } from "@metrigrad/graph";
import { bernoulli, categorical, gaussian, type Law } from "@metrigrad/nn";
import { type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import { evaluate, gap, numbers } from "../support/evaluate.ts";

const h = [0.4, -1.2, 2.1];

/** Gauss–Hermite rule of five nodes (Abramowitz and Stegun, table 25.10). */
const hermite = [
  [0, 0.9453087204829419],
  [0.9585724646138185, 0.3936193231522412],
  [-0.9585724646138185, 0.3936193231522412],
  [2.0201828704560856, 0.01995324205904591],
  [-2.0201828704560856, 0.01995324205904591],
] as const;

/** All y of one row with weights such that Σ weight f(y) = E[f(y)] at h. */
async function outcomes(law: Law, sigma: number | null): Promise<{ y: Tensor; weight: number[] }> {
  const listed = law.outcomes(h.length);
  if (listed !== null) {
    const logs = await numbers(law.logProb(constant(listed), rowsOf(listed.shape[0] as number)));
    return { y: listed, weight: logs.map(Math.exp) };
  }
  const s = sigma as number;
  const all = hermite.flatMap((a) =>
    hermite.flatMap((b) => hermite.map((c) => [a, b, c] as const)),
  );
  const y = all.map((nodes) => nodes.map(([z], j) => (h[j] as number) + Math.SQRT2 * s * z));
  const weight = all.map((nodes) => nodes.reduce((product, [, w]) => product * w, Math.PI ** -1.5));
  return { y: tensor(y), weight };
}

/** h for every row. */
function rowsOf(count: number, moved = h): Node {
  return constant(tensor(Array.from({ length: count }, () => moved)));
}

/** E[score score'] in h, scores by central differences of ln p. */
async function expected(law: Law, sigma: number | null): Promise<number[]> {
  const { y, weight } = await outcomes(law, sigma);
  const count = weight.length;
  const at = (k: number, step: number) => {
    const moved = h.map((value, j) => value + (j === k ? step : 0));
    return numbers(law.logProb(constant(y), rowsOf(count, moved)));
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

const laws: readonly { readonly law: Law; readonly sigma: number | null }[] = [
  { law: categorical(), sigma: null },
  { law: bernoulli(), sigma: null },
  { law: bernoulli({ values: [-1, 1] }), sigma: null },
  { law: bernoulli({ values: [0, 3] }), sigma: null },
  { law: gaussian(), sigma: 1 },
  { law: gaussian({ sigma: 0.3 }), sigma: 0.3 },
];

for (const { law, sigma } of laws) {
  test(`${law.name}: probabilities sum to 1`, async (t) => {
    const { weight } = await outcomes(law, sigma);
    t.ok(Math.abs(weight.reduce((sum, w) => sum + w, 0) - 1) < 1e-12);
  });

  test(`${law.name}: fisher = E[score score'], scores by finite differences`, async (t) => {
    const [fisher] = await evaluate([law.fisher(rowsOf(2))]);
    t.deepEqual(fisher?.shape, [2, 3, 3]);
    const one = await expected(law, sigma);
    const scale = Math.max(...one);
    t.ok(gap(fisher?.data() ?? [], [...one, ...one]) < 1e-9 * scale);
  });

  test(`${law.name}: fisherRoot is a root of fisher`, async (t) => {
    const root = law.fisherRoot(rowsOf(2));
    const [product, fisher] = await evaluate([
      matmul(root, transpose(root)),
      law.fisher(rowsOf(2)),
    ]);
    t.ok(gap(product?.data() ?? [], fisher?.data() ?? []) < 1e-12);
  });

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
async function deviations(
  law: Law,
  sigma: number | null,
  claimed: readonly number[] | null = null,
) {
  const drawn = await evaluate([law.sample(rowsOf(draws), "draws")], { seed: 21 });
  const sampled = drawn[0] as Tensor;
  const flat = [...sampled.data()];
  // Labels count as indicators of their class.
  const columns = h.map((_, j) =>
    sampled.shape.length === 1
      ? flat.map((v) => Number(v === j))
      : flat.filter((_, i) => i % 3 === j),
  );
  const { y: all, weight } = await outcomes(law, sigma);
  const width = all.shape.length === 1 ? 1 : 3;
  const values = [...all.data()];
  return columns.map((column, j) => {
    const of = (q: number) => (width === 1 ? Number(values[q] === j) : (values[q * 3 + j] ?? 0));
    const mean = claimed?.[j] ?? weight.reduce((sum, w, q) => sum + w * of(q), 0);
    const got = column.reduce((sum, v) => sum + v, 0) / draws;
    const spread = column.reduce((sum, v) => sum + (v - got) ** 2, 0) / (draws - 1);
    return Math.abs(got - mean) / Math.sqrt(spread / draws);
  });
}

for (const { law, sigma } of laws) {
  test(`${law.name}: the mean of 4000 draws within 4 standard errors, seed 21`, async (t) => {
    const found = await deviations(law, sigma);
    t.ok(
      found.every((one) => one < 4),
      `${found.map((one) => one.toFixed(1))} standard errors`,
    );
    const wrong = await deviations(law, sigma, [0.2, 0.9, 0.5]);
    t.ok(
      wrong.some((one) => one > 8),
      "and rings on other means",
    );
  });
}

test("sample: equal keys give equal draws in a run, other keys and seeds others", async (t) => {
  const law = gaussian();
  const rows = rowsOf(3);
  const [a, b, c] = await evaluate(
    [law.sample(rows, "k"), law.sample(rows, "k"), law.sample(rows, "l")],
    { seed: 1 },
  );
  const [d] = await evaluate([law.sample(rows, "k")], { seed: 2 });
  t.deepEqual([...(a?.data() ?? [])], [...(b?.data() ?? [])]);
  t.ok(gap(a?.data() ?? [], c?.data() ?? []) > 1e-3);
  t.ok(gap(a?.data() ?? [], d?.data() ?? []) > 1e-3);
});
