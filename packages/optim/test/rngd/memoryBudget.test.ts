/** Metrics within a memory budget: the same steps by a leaner exact solver, or a refusal. */
import { fullMetrics } from "@metrigrad/metric";
import { categorical, dense, type Module, sequential } from "@metrigrad/nn";
import type { FloatType } from "@metrigrad/tensor";
import test from "tape";
import { chain, precondition, type RngdSettings, rngd, scale } from "../../src/index.ts";
import { batchSize, classifier, contextOf, follow, gap, inputs, labels } from "../problem.ts";

// Of 12 rows: a matrix of 5 × 5, and one of 15 × 15, whose kernel of 12 × 12 is smaller.
const model = (): Module => sequential(dense(4, 14, { activation: "tanh" }), dense(14, 3));
// Floats of 64 bits, as those of the store.
const preferred = 16 * (5 ** 2 + 15 ** 2);
/** Beside those: inverses, λ, the rows, and the share of each block. */
const held = 8 * (5 ** 2 + 15 ** 2 + 12 * (4 + 14) + 4);
const leanest = 16 * (5 ** 2 + 12 ** 2);

const solversOf = (settings: RngdSettings) =>
  rngd(settings)
    .update(contextOf(model()))
    .at(-1)
    ?.report?.blocks.map(({ solver }) => solver);

test("a block that keeps too much is solved by an exact solver that keeps less", (t) => {
  const kept = { over: { every: 5 } };
  const all = preferred + held;
  t.deepEqual(solversOf({ ...kept, memoryBudget: all }), ["dense, kept", "dense, kept"]);
  t.deepEqual(solversOf({ ...kept, memoryBudget: all - 1 }), ["dense, kept", "woodbury, kept"]);
  t.deepEqual(solversOf({ forward: "infer", memoryBudget: leanest }), ["dense", "woodbury"]);
  t.end();
});

for (const settings of [{}, { over: { every: 2 } }, { forward: "infer" }] as const) {
  test(`steps do not depend on the budget, ${JSON.stringify(settings)}`, async (t) => {
    const batch = { x: inputs, y: labels };
    const after = async (memoryBudget: number) => {
      const own = model();
      const optimizer = rngd({ ...settings, memoryBudget });
      return (await follow(own, optimizer, [batch, batch, batch], contextOf(own))).at(-1);
    };
    const least = "over" in settings ? leanest + held - 8 * (15 ** 2 - 12 ** 2) : leanest;
    const [free, bound] = [await after(Number.POSITIVE_INFINITY), await after(least)];
    for (const name of ["dense0/w", "dense1/w"])
      t.ok(gap(bound?.get(name), free?.get(name)) < 1e-11, name);
  });
}

test("over the budget a step is refused with alternatives", (t) => {
  const refused = (settings: RngdSettings, pattern: RegExp) =>
    t.throws(() => rngd(settings).update(contextOf(classifier())), pattern);
  refused({ memoryBudget: 100 }, /rngd: the blocks must fit in memoryBudget, 100 B, got/);
  refused(
    { metrics: fullMetrics, memoryBudget: 1000 },
    /most of it 1 × \[18, 18\], over 3 units of dense1 \(.*\); use partition\(model, "neuron"\) \(.*\), or metrics\.kfac\(\) \(.*\), or metrics\.ekfac/,
  );
  refused(
    { over: { average: 0.9, every: 5 }, memoryBudget: 100 },
    /or the metric of each batch instead of a running average/,
  );
  refused({ memoryBudget: Number.NaN }, /memoryBudget must be a positive number of bytes, got NaN/);
  t.throws(
    () => chain(precondition({ memoryBudget: 100 }), scale(1)).update(contextOf(classifier())),
    /precondition: the blocks must fit in memoryBudget/,
  );
  t.end();
});

test("an average that is too large is refused when the step is made", (t) => {
  const wide = sequential(dense(4, 300, { activation: "tanh" }), dense(300, 200));
  const settings = { metrics: fullMetrics, over: { average: 0.9, every: 5 } };
  t.throws(
    () => rngd(settings).update(contextOf(wide)),
    /rngd: a running average must fit in 2\.15 GB, got 1 × \[60200, 60200\], over 200 units of dense1 \(29\.0 GB\)/,
  );
  t.end();
});

test("a budget counts the floats of the store and of the solve", (t) => {
  const kept = { over: { every: 5 }, forward: "infer" } as const;
  const steps = (float: FloatType, settings: RngdSettings) => () =>
    rngd({ ...kept, ...settings }).update(
      contextOf(model(), 0.01, categorical(), undefined, batchSize, float),
    );
  // The leanest solvers, what they hold, in the floats of the solve.
  const numbers = leanest / 8 + held / 8 - (15 ** 2 - 12 ** 2);
  for (const [float, solvePrecision, bytes] of [
    ["f32", "store", 4 * numbers],
    ["f64", "store", 8 * numbers],
    ["f32", "f64", 8 * numbers],
    ["f64", "f64", 8 * numbers],
  ] as const) {
    const name = `${float}, solved in ${solvePrecision}`;
    t.doesNotThrow(steps(float, { solvePrecision, memoryBudget: bytes }), name);
    t.throws(steps(float, { solvePrecision, memoryBudget: bytes - 1 }), /must fit in memoryBudget/);
  }
  t.end();
});
