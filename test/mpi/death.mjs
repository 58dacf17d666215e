/** A training that saves each epoch; one rank is killed in the middle. Arguments: the folder, "die" or "resume", the whole batch. */
import { mpi } from "@metrigrad/mpi";
import { adam, categorical, cpu, dense, fit, mnist, relu, sequential } from "metrigrad";

const [folder = "", what, whole] = process.argv.slice(2);
const world = mpi();
const data = await mnist({ split: [2000, 500, 500] });
const backend = await cpu({ threads: 1, native: false, float: "f64" });
const run = fit(sequential(dense(784, 16, { activation: relu }), dense(16, 10)), {
  data,
  likelihood: categorical(),
  optimizer: adam(),
  batchSize: Number(whole) / world.size,
  epochs: 4,
  seed: 3,
  backend,
  distributed: world,
  ...(folder === "" ? {} : { checkpoint: { folder, every: 7, resume: what === "resume" } }),
  onStep: ({ step }) => {
    if (what === "die" && step === 33 && world.rank === world.size - 1)
      process.kill(process.pid, "SIGKILL");
  },
});
const history = await run.finish();
const last = history.at(-1);
await run.close();
await backend.close();
if (world.rank === 0)
  process.stdout.write(JSON.stringify({ epochs: history.length, cost: last?.trainCost }));
