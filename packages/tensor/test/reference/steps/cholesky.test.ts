import test from "tape";
import { type Bench, bench, benches } from "../bench.ts";

const nan = Number.NaN;
const lower = [2, 0, 0, 1, 3, 0, -1, 0.5, 1];
// L L' by hand, and 99 above the diagonal, which must not be read.
const product = [4, 99, 99, 2, 10, 99, -2, 0.5, 2.25];

const factor = (b: Bench, a: readonly number[], d: number, shift: readonly number[] | null) =>
  b.run({
    kind: "cholesky",
    a: b.input(a, [a.length / (d * d), d, d]),
    shift: shift === null ? null : b.input(shift, [shift.length]),
    output: b.output([a.length / (d * d), d, d]),
    used: b.output([a.length / (d * d)]),
    label: "",
  });

for (const [name, make] of benches) {
  test(`cholesky factors batches, ${name}`, async (t) => {
    const [l, used] = await factor(make(), [...product, 1, 99, 99, 0, 4, 99, 0, 0, 9], 3, null);
    t.deepEqual(l, [...lower, 1, 0, 0, 0, 2, 0, 0, 0, 3]);
    t.deepEqual(used, [0, 0]);
  });
}

test("cholesky adds its shift to the diagonal", async (t) => {
  const [l, used] = await factor(bench(), [3, 0, 0, 8], 2, [1]);
  t.deepEqual(l, [2, 0, 0, 3]);
  t.deepEqual(used, [1]);
});

test("cholesky raises λ tenfold until the matrix is positive definite", async (t) => {
  // Smallest eigenvalue −0.05: 0.01 fails, 0.1 succeeds.
  const [l, used] = await factor(bench(), [1, 0, 0, -0.05], 2, [0.01]);
  t.deepEqual(used, [0.1]);
  t.ok(Math.abs((l?.[3] as number) ** 2 - 0.05) < 1e-15);
  // From 0: ε tr/d; ones need a positive shift.
  const [ones, first] = await factor(bench(), [1, 1, 1, 1], 2, [0]);
  t.deepEqual(first, [1e-14]);
  t.ok(ones?.every(Number.isFinite));
  const [, single] = await factor(bench("f32"), [1, 1, 1, 1], 2, null);
  t.deepEqual(single, [Math.fround(1e-7)]);
  // Without a positive trace: ε.
  const [, zero] = await factor(bench(), [0, 0, 0, 0], 2, null);
  t.deepEqual(zero, [1e-14]);
});

test("cholesky gives up after six retries, for that matrix only", async (t) => {
  // 1e-8·10⁶ = 0.01 is the last λ: −0.009 is reached, −0.011 is not.
  const matrices = [1, 0, 0, -0.009, 1, 0, 0, -0.011, nan, 0, 0, 1, Infinity, 0, 0, 1];
  const [l, used] = await factor(bench(), matrices, 2, [1e-8, 1e-8, 1e-8, 1e-8]);
  const close = (x: number | undefined, y: number) => Math.abs((x as number) - y) < 1e-12;
  t.ok(close(used?.[0], 0.01) && close(l?.[3], Math.sqrt(0.001)));
  t.ok(used?.slice(1).every(Number.isNaN));
  t.ok(l?.slice(4).every(Number.isNaN));
});

test("cholesky of a scalar batch, of 1×1 and of 0×0", async (t) => {
  const b = bench();
  const step = { kind: "cholesky" as const, shift: null, used: null, label: "" };
  t.deepEqual(await b.run({ ...step, a: b.input([9], [1, 1]), output: b.output([1, 1]) }), [[3]]);
  const c = bench();
  t.deepEqual(await c.run({ ...step, a: c.input([], [0, 0]), output: c.output([0, 0]) }), [[]]);
});
