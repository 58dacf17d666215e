// #region example
import { dataSet, dense, environmentOf, epochsCsv, fit, gaussian, recordRun, sgd } from "metrigrad";

const split = { inputs: [[0], [1], [2]], targets: [[1], [3], [5]] };
const data = dataSet({ train: split, test: split });
const optimizer = sgd({ learningRate: 0.1 });
const options = { data, likelihood: gaussian(), optimizer, batchSize: 3, epochs: 2, seed: 1 };
const run = fit(dense(1, 1), options);
await run.finish();
const labels = { arch: "1-1", optimizer: "sgd", settings: { learningRate: 0.1 }, seed: 1 };
const record = await recordRun(run, labels);
const recording = { schema: 1 as const, environment: environmentOf(run.store), runs: [record] };
console.log(record.epochs.length, record.test.accuracy); // 2 null
console.log(epochsCsv(recording).split(",").slice(0, 4)); // [ 'arch', 'optimizer', 'seed', 'epoch' ]
await run.close();
// #endregion example
