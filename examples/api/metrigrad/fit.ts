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
for await (const { epoch, trainCost = 0 } of run) {
  if (epoch === 200) console.log(trainCost < 0.1);
}
await run.close();
// #endregion example
