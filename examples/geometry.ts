/** The geometry of a model: metrics of its subsystems on a batch, lengths, the whole Fisher information. */
import {
  categorical,
  convert,
  dense,
  explain,
  fisher,
  fit,
  fullMetrics,
  gatherRows,
  mnist,
  relu,
  rfim,
  rngd,
  sequential,
  tensor,
} from "metrigrad";

const model = sequential(dense(784, 20, { activation: relu }), dense(20, 10));

const likelihood = categorical();

// #region explain
console.log(explain(model, { batchSize: 50, likelihood, metrics: fullMetrics }).toString());
// #endregion

const data = await mnist();
const run = fit(model, { data, likelihood, optimizer: rngd(), batchSize: 50, epochs: 1, seed: 1 });
await run.finish();

const pixels = convert(
  gatherRows(
    data.valid.inputs,
    Array.from({ length: 100 }, (_, i) => i),
  ),
  "f32",
);
const batch = tensor(
  pixels.data().map((pixel) => pixel / 255),
  { shape: pixels.shape },
);

// #region geometry
const g = await rfim(model, batch, { store: run.store, likelihood, metrics: fullMetrics });
const [, last] = g.blocks;
const spectrum = await last?.eigenvalues();
console.log("eigenvalues of the last layer's metric:", spectrum?.data().slice(-3));

const delta = {
  "dense1/w": tensor(
    Float32Array.from({ length: 210 }, (_, i) => 0.01 * Math.sin(i)),
    { shape: [21, 10] },
  ),
};
console.log("length of a step, in √nats:", await g.length(delta));
const direction = await g.solve(delta, { relative: 1e-4 });
console.log("length of its natural direction:", await g.length(direction));

const whole = await fisher(model, batch, { store: run.store, likelihood });
console.log("by the whole model's Fisher information:", await whole.length(delta));
// #endregion

await g.close();
await whole.close();
await run.close();
