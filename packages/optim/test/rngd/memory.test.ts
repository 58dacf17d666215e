/** What `explain` says that a metric keeps, beside what its steps allocate. */
import { cpu } from "@metrigrad/cpu";
import { compile } from "@metrigrad/graph";
import {
  autoMetric,
  explain,
  fullMetrics,
  type MetricTable,
  metrics,
  type Over,
  partition,
  type SolvePrecision,
  standardMetrics,
} from "@metrigrad/metric";
import { categorical, dense, type Module, sequential } from "@metrigrad/nn";
import { type FloatType, sizeOf, storageBytes } from "@metrigrad/tensor";
import test from "tape";
import { type Optimizer, rngd, sgd } from "../../src/index.ts";
import { batchSize, contextOf } from "../problem.ts";

const model: Module = sequential(dense(4, 120, { activation: "tanh" }), dense(120, 3));

/** The context of a step on a store of these floats. */
const contextIn = (float: FloatType) =>
  contextOf(model, 0.01, undefined, undefined, batchSize, float);

/** Bytes of scratch and state that an optimizer's programs take on a store. */
async function allocated(optimizer: Optimizer, float: FloatType): Promise<number> {
  const context = contextIn(float);
  const backend = await cpu({ threads: 1 });
  const store = await backend.store(model, { seed: 1, float });
  const plans: number[] = [];
  const state = new Map<string, number>();
  for (const { updates } of optimizer.update(context)) {
    const { plan } = await compile({ outputs: [context.loss], updates }, store);
    plans.push(plan.arenaBytes);
    for (const [{ attrs }] of updates) {
      if (attrs.role === "state")
        state.set(attrs.path ?? "", storageBytes[float] * sizeOf(attrs.shape));
    }
  }
  await backend.close();
  return Math.max(...plans) + [...state.values()].reduce((sum, bytes) => sum + bytes, 0);
}

const cases: readonly (readonly [name: string, table: MetricTable, over: Over])[] = [
  ["the whole model by its rows", partition(model, "whole"), "batch"],
  ["the whole model by its rows, kept", partition(model, "whole"), { every: 3 }],
  ["rows by automatic differentiation", metrics(autoMetric(dense)), "batch"],
  ["full rows", fullMetrics, "batch"],
  ["full rows, a window", fullMetrics, { window: 4 }],
  ["full rows, a window that is kept", fullMetrics, { window: 4, every: 2 }],
  ["rows by neuron", standardMetrics, "batch"],
  ["rows by neuron, kept", standardMetrics, { every: 3 }],
  ["rows by neuron, averaged", standardMetrics, { average: 0.9, every: 3 }],
  ["K-FAC", metrics.kfac(), "batch"],
  ["K-FAC, kept", metrics.kfac(), { every: 3 }],
  ["K-FAC, averaged", metrics.kfac({ split: true }), { average: 0.9, every: 3 }],
];

const floats: readonly (readonly [float: FloatType, solvePrecision: SolvePrecision])[] = [
  ["f32", "store"],
  ["f64", "store"],
  ["f32", "f64"],
];

for (const [float, solvePrecision] of floats) {
  for (const [name, table, over] of cases) {
    const solved = solvePrecision === "store" ? float : `${float}, solved in f64`;
    test(`memory, ${solved}, ${name}: what explain says is allocated, within a factor of 2.5`, async (t) => {
      const settings = { metrics: table, over, momentum: 0, absolute: 0.1, solvePrecision };
      const optimizer = rngd(settings);
      const options = { batchSize, float, optimizer, likelihood: categorical() };
      const { bytes } = explain(model, options);
      const taken = (await allocated(optimizer, float)) - (await allocated(sgd(), float));
      t.ok(
        taken / bytes < 2.5 && bytes / taken < 2.5,
        `${bytes} said, ${taken} taken: ${(taken / bytes).toFixed(2)}`,
      );
    });
  }
}

for (const [float, solvePrecision] of floats) {
  test(`memory, ${float}, ${solvePrecision}: a running average keeps itself and its inverse once, as explain says`, async (t) => {
    const over = { average: 0.9, every: 3 };
    const optimizer = rngd({ over, momentum: 0, solvePrecision, average: null });
    const kept = new Map<string, number>();
    for (const { updates } of optimizer.update(contextIn(float))) {
      for (const [{ attrs }] of updates) {
        if (attrs.role === "state")
          kept.set(attrs.path ?? "", storageBytes[float] * sizeOf(attrs.shape));
      }
    }
    const taken = [...kept.values()].reduce((sum, bytes) => sum + bytes, 0);
    // λ, and a matrix and its inverse of the 5 and the 121 inputs with a bias.
    const floatsOf = 2 * (5 ** 2 + 121 ** 2) + 2;
    const parts = solvePrecision === "store" ? 1 : 2;
    t.equal(taken, parts * storageBytes[float] * floatsOf);
    t.equal(explain(model, { batchSize, float, optimizer }).bytes, taken);
  });
}
