/** Ranks that do not train the same thing: each must end with an error, and none may wait. Argument: what differs. */
import { mpi } from "@metrigrad/mpi";
import { adam, categorical, dataSet, dense, fit, reference, sequential } from "metrigrad";

const world = mpi();
/** @param {string} what */
const odd = (what) => world.rank === 1 && process.argv[2] === what;
const rows = odd("rows") ? 44 : 40;
const inputs = Array.from({ length: rows }, (_, i) => [i, -i]);
const data = dataSet({ train: { inputs, targets: inputs.map(([a = 0]) => a % 2) }, classes: 2 });
const model = odd("model") ? sequential(dense(2, 3), dense(3, 2)) : sequential(dense(2, 2));
if (odd("throws")) throw new Error("this rank fails before it trains");
const run = fit(model, {
  data,
  likelihood: categorical(),
  optimizer: odd("optimizer") ? adam({ learningRate: 0.5 }) : adam(),
  batchSize: odd("batch") ? 4 : 5,
  epochs: 3,
  seed: 1,
  backend: reference,
  distributed: world,
});
await run.finish();
console.log("trained");
