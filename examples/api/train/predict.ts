// #region example
import { categorical, dataSet, dense, fit, predict, sgd, tensor } from "metrigrad";

const inputs = [[-2], [-1], [1], [2]];
const data = dataSet({ train: { inputs, targets: [0, 0, 1, 1] } });
const model = dense(1, 2);
const likelihood = categorical();
const optimizer = sgd({ learningRate: 0.5 });
const run = fit(model, { data, likelihood, optimizer, batchSize: 4, epochs: 50, seed: 1 });
await run.finish();
const scores = await predict(model, run.store, tensor([[-3], [3], [4]]));
console.log(scores.shape); // [ 3, 2 ]
const labels = await predict(model, run.store, tensor([[-3], [3], [4]]), { likelihood });
console.log(labels.toArray()); // [ 0, 1, 1 ]
await run.close();
// #endregion example
