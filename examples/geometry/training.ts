/** Trainings of a small residual network, seen from all sides: curves, lengths of steps, parameters, metrics, and where the time goes. */
import {
  adam,
  applyModel,
  categorical,
  compile,
  cpu,
  curves,
  dense,
  explain,
  fit,
  grad,
  graphView,
  histograms,
  input,
  mean,
  mnist,
  neg,
  type Optimizer,
  type OptimizerReport,
  planView,
  type RunRecord,
  recordRun,
  relu,
  rngd,
  type Snapshot,
  sequential,
  skip,
  standardMetrics,
  stepLengths,
  tanh,
  tensor,
  timeline,
} from "metrigrad";
import { pictureOptions } from "./picture/save.ts";

const { small, save } = pictureOptions();
const [epochs, seeds] = small ? [2, [1]] : [8, [1, 2, 3]];
const data = await mnist({ split: small ? [500, 100, 60] : [3000, 500, 60] });
const likelihood = categorical();
const net = () =>
  sequential(
    dense(784, 30, { activation: relu }),
    skip(sequential(dense(30, 30, { activation: tanh }), dense(30, 30))),
    dense(30, 10),
  );
const metrics = standardMetrics;

// #region training
const runs: RunRecord[] = [];
const reports: OptimizerReport[] = [];
const snapshots: Snapshot[] = [];
async function trained(name: string, optimizer: Optimizer, seed: number): Promise<void> {
  const watched = name === "rngd" && seed === 1;
  const run = fit(net(), {
    data,
    likelihood,
    optimizer,
    batchSize: 50,
    epochs,
    seed,
    report: watched ? { every: small ? 5 : 20 } : false,
    onStep: ({ report }) => {
      if (watched && report !== null) reports.push(report);
    },
  });
  for await (const { epoch } of run) {
    if (!watched) continue;
    const names = ["dense0/w", "dense1/w"];
    const values = await Promise.all(names.map((path) => run.store.read(path)));
    const parameters = Object.fromEntries(names.map((path, at) => [path, values[at]!]));
    snapshots.push({ epoch, parameters });
  }
  runs.push(await recordRun(run, { arch: "784-30-30-10", optimizer: name, settings: {}, seed }));
  await run.close();
}
for (const seed of seeds) {
  await trained("rngd", rngd({ metrics, learningRate: 0.1, absolute: 0.05 }), seed);
  await trained("adam", adam(), seed);
}
// #endregion
for (const { optimizer, seed, epochs: all } of runs) {
  console.log(optimizer, "seed", seed, "training cost", all.at(-1)?.trainCost?.toFixed(4));
}

// #region program
const backend = await cpu();
const model = net();
const store = await backend.store(model, { seed: 1 });
const [x, label] = [input("x", [50, 784]), input("label", [50], "i32")];
const { output, parameters } = applyModel(model, x);
const loss = neg(mean(likelihood.logProb(label, output)));
const variables = parameters.map(({ variable }) => variable);
const program = await compile({ outputs: [loss, ...grad(loss, variables)] }, store);
const batch = {
  x: tensor(new Float32Array(50 * 784).fill(0.1), { shape: [50, 784] }),
  label: tensor(new Int32Array(50)),
};
const profiles: (readonly number[])[] = [];
for (let at = 0; at < (small ? 3 : 50); at++) profiles.push((await program.profile?.(batch)) ?? []);
// The first ones are slower, while the engine compiles its code.
const seconds = profiles.slice(-30);
// #endregion

// #region pictures
save("curves", curves(runs, { title: "Two optimizers on 3,000 digits, batch 50" }));
save("steplengths", stepLengths(reports, { title: "Length of the steps of rngd" }));
save("histograms", histograms(snapshots, { title: "Weights while rngd learns", columns: 2 }));
const explanation = explain(model, { batchSize: 50, likelihood, metrics });
save("graph", graphView(explanation, { title: "A residual network and its metrics" }));
const title = "Loss and gradients of a batch";
save("timeline", timeline(program, seconds, { title }));
save("plan", planView(program, { title, steps: 8 }));
// #endregion
await program.close();
await store.close();
await backend.close();
