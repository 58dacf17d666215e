// #region example
import {
  dataSet,
  dense,
  environmentOf,
  fit,
  gaussian,
  recordRun,
  reportPage,
  sgd,
} from "metrigrad";

const split = { inputs: [[0], [1], [2]], targets: [[1], [3], [5]] };
const data = dataSet({ train: split, test: split });
const optimizer = sgd({ learningRate: 0.1 });
const options = { data, likelihood: gaussian(), optimizer, batchSize: 3, epochs: 2, seed: 1 };
const run = fit(dense(1, 1), options);
await run.finish();
const { settings } = optimizer;
const record = await recordRun(run, { arch: "line", optimizer: "sgd", settings, seed: 1 });
const recording = { schema: 1 as const, environment: environmentOf(run.store), runs: [record] };
const page = reportPage([{ name: "line", recording }]);
console.log(page.includes("<h1>Report on line</h1>"), page.includes("Curves")); // true true
await run.close();
// #endregion example
