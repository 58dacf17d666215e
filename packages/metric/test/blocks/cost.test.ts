/** Which solver the cost model takes, and conjugate gradients with their residual. */
import { constant, input } from "@metrigrad/graph";
import {
  type Block,
  diagonalBlock,
  explain,
  kronecker,
  sharedGram,
  softmaxGram,
  unitGram,
} from "@metrigrad/metric";
import { dense } from "@metrigrad/nn";
import type { FloatType } from "@metrigrad/tensor";
import test from "tape";
import { asTensor, matrixOf } from "../support/draws.ts";
import { evaluate, gap } from "../support/evaluate.ts";

const rows = (n: number, d: number) => input("x", [n, d]);

test("the cost model: few rows by Woodbury, many by Cholesky, products by their factors", (t) => {
  const chosen = ({ cost: { solver, why } }: Block) => `${solver}: ${why}`;
  t.equal(
    chosen(unitGram(rows(50, 784), input("nu", [50, 80]))),
    "woodbury: 50 rows < 0.7·785 = 550",
  );
  t.equal(chosen(sharedGram(rows(5000, 784), 80)), "dense: 5000 rows ≥ 0.7·785 = 550");
  t.equal(
    chosen(softmaxGram(rows(50, 80), input("eta", [50, 10]))),
    "woodbury: 450 rows < 0.7·810 = 567",
  );
  t.equal(
    chosen(softmaxGram(rows(500, 80), input("eta", [500, 10]))),
    "dense: 4500 rows ≥ 0.7·810 = 567",
  );
  const factors = [input("a", [785, 785]), input("g", [80, 80])] as const;
  t.equal(chosen(kronecker(...factors)), "kronecker: eigenvectors of two factors");
  t.equal(chosen(kronecker(...factors, { split: true })), "kronecker: two Cholesky factors");
  t.equal(chosen(diagonalBlock(input("values", [4, 3]))), "diagonal: a diagonal matrix");
  t.end();
});

test("the cost model: above 2²⁸ floats the other exact solver, else conjugate gradients", (t) => {
  const { cost, costs } = sharedGram(rows(30_000, 40_000), 10);
  t.deepEqual([cost.solver, cost.why], ["cg", "dense and woodbury keep more than 2²⁸ floats each"]);
  t.ok(cost.floats < 2 ** 28 && costs.slice(1).every(({ floats }) => floats > 2 ** 28));
  const between = sharedGram(rows(11_000, 15_000), 10).cost;
  t.deepEqual([between.solver, between.floats], ["woodbury", 2 * 11_000 ** 2]);
  t.match(between.why, /11000 rows ≥ .*, but dense keeps more than 2²⁸ floats/);
  const { rows: table } = explain(dense(39_999, 2), { batchSize: 30_000 });
  t.equal(table[0]?.solver, "cg", "and explain says so");
  t.end();
});

test("conjugate gradients: the residual falls with the steps, and is what is left", async (t) => {
  const x = matrixOf("x", 40, 19).mulColumnVector(Array.from({ length: 40 }, (_, i) => 1 + i / 10));
  const block = sharedGram(constant(asTensor(x)), 3);
  const v = matrixOf("v", 20, 3);
  const node = constant(asTensor(v));
  const damping = { absolute: 0.1 };
  const counts = [1, 3, 8, 30];
  const values = await evaluate([
    block.solve(node, { solver: "dense", damping }),
    ...counts.flatMap((iterations) => {
      const made = block.prepare(null, { solver: "cg", damping, iterations });
      const solved = made.solve(node);
      return [solved, made.residual(node, solved), block.apply(solved)];
    }),
  ]);
  const exact = values[0]?.data() ?? [];
  let last = Number.POSITIVE_INFINITY;
  counts.forEach((count, at) => {
    const [solved, residual, product] = values.slice(1 + 3 * at).map((value) => value.data());
    const left = v
      .to1DArray()
      .map((value, k) => value - (product?.[k] ?? 0) - 0.1 * (solved?.[k] ?? 0));
    const norm = Math.sqrt(left.reduce((sum, value) => sum + value ** 2, 0)) / v.norm();
    const reported = residual?.[0] ?? Number.NaN;
    t.ok(Math.abs(reported - norm) < 1e-10, `${count} steps: ${reported.toExponential(1)} is left`);
    t.ok(reported < last, "less than before");
    last = reported;
  });
  t.ok(last < 1e-10 && gap(values.at(-3)?.data() ?? [], exact) < 1e-9, "in the end exact");
});

test("conjugate gradients: the diagonal takes care of badly scaled columns", async (t) => {
  const scales = Array.from({ length: 20 }, (_, i) => 10 ** (i / 5));
  const x = matrixOf("x", 60, 20).mulRowVector(scales);
  const block = sharedGram(constant(asTensor(x)), 1, { bias: false });
  const v = constant(asTensor(matrixOf("v", 20, 1)));
  const options = { solver: "cg", damping: { absolute: 1e-6 }, iterations: 20 } as const;
  const made = block.prepare(null, options);
  const [residual] = await evaluate([made.residual(v, made.solve(v))]);
  t.ok((residual?.item() ?? 1) < 1e-3, `a condition above 1e7, 20 steps: ${residual?.item()}`);
});

test("explicit matrices are limited in the floats in which they are made", (t) => {
  const block = sharedGram(rows(50, 19_999), 1);
  const solve = (float?: FloatType) => () =>
    block.solve(input("v", [20_000, 1]), {
      solver: "dense",
      damping: { absolute: 1 },
      ...(float && { float }),
    });
  t.doesNotThrow(solve(), "20,000² floats of 32 bits are 1.5 GiB");
  t.doesNotThrow(solve("f32"));
  t.throws(
    solve("f64"),
    /sharedGram: explicit matrices must fit in 2 GiB, got 1 × \[20000, 20000\], 3\.0 GiB/,
  );
  t.end();
});
