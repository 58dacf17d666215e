/** What every law must hold: densities, Fisher information by its definition, draws. */
import { constant, matmul, transpose } from "@metrigrad/graph";
import * as nn from "@metrigrad/nn";
import { gaussian, type RowLaw as Law } from "@metrigrad/nn";
import { type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import { evaluate, gap, numbers } from "../support/evaluate.ts";
import { type Case, expected, h, laws, rowsOf } from "./cases.ts";

/** Laws that other tests compare: those whose density has a kink, and those that are made of others. */
const elsewhere: Readonly<Record<string, string>> = {
  laplace: "laplace.test.ts",
  mixture: "mixture.test.ts",
  amplitude: "amplitude.test.ts",
};

/** Whether a public function makes a law of rows when it is called with its simplest arguments. */
function makesLaw(name: string, make: unknown): boolean {
  if (typeof make !== "function" || !/^[a-z]/.test(name)) return false;
  for (const given of [[], [3], [gaussian(), 2]]) {
    try {
      const made = (make as (...given: readonly unknown[]) => unknown)(...given);
      if (typeof (made as Law | null)?.parts === "function") return true;
    } catch {
      // It takes something else.
    }
  }
  return false;
}

test("laws: every exported one has a row here, or a test of its own", (t) => {
  const composed = ["independent", "masked", "weighted", "joint", "defLaw"];
  const exported = Object.entries(nn)
    .filter(([name, make]) => makesLaw(name, make) && !composed.includes(name))
    .map(([name]) => name);
  const own = laws.map(({ law }) => /^[a-zA-Z]+/.exec(law.name)?.[0] ?? "");
  const known = new Set([...own, ...Object.keys(elsewhere)]);
  t.deepEqual(exported.sort(), [...known].sort());
  t.end();
});

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
      t.ok(m === 1 || Math.max(...off) > 1e-3);
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

for (const { law } of laws.filter(
  ({ law }) =>
    !/^(poisson|gaussianWith|exponential|gamma|beta|dirichlet|vonMises|studentT\(5|ordinal\()/.test(
      law.name,
    ),
)) {
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

// Every other law; all of them with METRIGRAD_SWEEP=full, as in `npm run check`.
const drawn = laws.filter((_, at) => process.env.METRIGRAD_SWEEP === "full" || at % 2 === 1);
for (const one of drawn) {
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
