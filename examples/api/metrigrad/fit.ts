// #region example
import { categorical, dataSet, dense, fit, rngd, sequential } from "metrigrad";

const inputs = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const data = dataSet({ train: { inputs, targets: [0, 1, 1, 0] } });
const model = sequential(dense(2, 8, { activation: "tanh" }), dense(8, 2));
const options = {
  data,
  likelihood: categorical(),
  optimizer: rngd(),
  batchSize: 4,
  epochs: 200,
  seed: 1,
};
const run = fit(model, options);
let cost = 1;
for await (const { trainCost = cost } of run) cost = trainCost;
console.log(cost < 0.1); // true
await run.close();
// #endregion example
