/**
 * Trains on the ranks of a job, and prints what rank 0 ends with as JSON: the parameters, the costs and the test.
 * Arguments: the optimizer, the model, the rows of a batch over all ranks, the floats, "dealt" for ranks that deal out all they can, and a
 * file in the place of the output.
 */
import { writeFileSync } from "node:fs";
import { mpi } from "@metrigrad/mpi";
import {
  adam,
  batchNorm,
  categorical,
  cpu,
  dense,
  dropout,
  fit,
  kfacMetrics,
  mnist,
  relu,
  rngd,
  sequential,
  sgd,
} from "metrigrad";

const [optimizerName = "", modelName = "", whole, float = "f32", dealt, file] =
  process.argv.slice(2);
const world = mpi();
/** @type {Record<string, () => import("metrigrad").Optimizer>} */
const optimizers = {
  sgd: () => sgd({ learningRate: 0.1 }),
  adam: () => adam(),
  rngd: () => rngd(),
  paper: () => rngd.paper(),
  kfac: () => rngd({ metrics: kfacMetrics(), relative: 0.1, learningRate: 0.05 }),
};
/** @type {Record<string, () => import("metrigrad").Module>} */
const models = {
  plain: () => sequential(dense(784, 32, { activation: relu }), dense(32, 10)),
  norm: () =>
    sequential(dense(784, 32, { activation: relu }), batchNorm(32), dropout(0.2), dense(32, 10)),
};
const data = await mnist({ split: [2000, 500, 500] });
const backend = await cpu({ threads: 1, native: false, float: float === "f64" ? "f64" : "f32" });
const [model, optimizer] = [models[modelName]?.(), optimizers[optimizerName]?.()];
if (model === undefined || optimizer === undefined) throw new Error("an unknown name");
const run = fit(model, {
  data,
  likelihood: categorical(),
  optimizer,
  batchSize: Number(whole) / world.size,
  epochs: 2,
  seed: 3,
  l2: 1e-3,
  backend,
  distributed:
    dealt === "dealt" ? { ...world, network: { latency: 0, bandwidth: Infinity } } : world,
});
const costs = [];
for await (const { trainCost } of run) costs.push(trainCost);
const tested = await run.test();
/** @type {Record<string, number[]>} */
const values = {};
for (const { path, spec } of run.store.variables) {
  if (spec.role === "parameter") values[path] = [...(await run.store.read(path)).data()];
}
// All ranks must end with the same values: the smallest and the largest are one.
for (const list of Object.values(values)) {
  const [low, high] = [Float64Array.from(list), Float64Array.from(list)];
  world.allreduce(low, "min");
  world.allreduce(high, "max");
  if (low.some((value, at) => value !== high[at])) throw new Error("the ranks differ");
}
await run.close();
await backend.close();
if (world.rank === 0) {
  const text = JSON.stringify({ costs, tested, values });
  if (file === undefined) process.stdout.write(text);
  else writeFileSync(file, text);
}
