/** A run on the cpu backend is the run on the reference backend, within float32. */

import {
  adam,
  batchNorm,
  categorical,
  cpu,
  DivergenceError,
  dataSet,
  dense,
  fit,
  momentum,
  type Optimizer,
  reference,
  relu,
  rngd,
  sequential,
  sgd,
  splitRows,
  tensor,
  uniformStream,
} from "metrigrad";
import test from "tape";

/** Four classes: noise, brighter in the quarter of the features that is the label's. */
function brightQuarters(rows: number, features = 24) {
  const { uniform } = uniformStream({ seed: 2, path: "quarters" });
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 4);
  const inputs = Uint8Array.from({ length: rows * features }, (_, at) => {
    const quarter = Math.floor((4 * (at % features)) / features);
    const bright = quarter === labels[Math.floor(at / features)];
    return 180 * uniform(at) + (bright ? 60 : 0);
  });
  const pool = { inputs: tensor(inputs, { shape: [rows, features] }), targets: tensor(labels) };
  const parts = splitRows(pool, [600, 200, 200], { seed: 1 });
  return dataSet({ name: "quarters", ...parts, inputScale: 1 / 255, classes: 4 });
}

const data = brightQuarters(1000);

const model = () =>
  sequential(
    dense(24, 20, { activation: relu }),
    batchNorm(20, { momentum: 0.1 }),
    dense(20, 16, { activation: relu }),
    dense(16, 4),
  );

const optimizers: readonly Optimizer[] = [
  sgd({ learningRate: 0.1 }),
  momentum({ learningRate: 0.02 }),
  // With a small ε the sign of what is rounding alone would decide.
  adam({ learningRate: 0.002, epsilon: 1e-3 }),
  rngd({ learningRate: 0.05 }),
  rngd.paper({ learningRate: 0.05, over: { average: 0.9, every: 10 } }),
];

for (const optimizer of optimizers) {
  test(`fit with ${optimizer.name}: cpu and reference agree`, async (t) => {
    const options = {
      data,
      likelihood: categorical(),
      optimizer,
      batchSize: 30,
      epochs: 2,
      seed: 5,
      l2: 1e-3,
    };
    const runs = [
      fit(model(), { ...options, backend: cpu }),
      fit(model(), { ...options, backend: reference }),
    ];
    const [fast, plain] = await Promise.all(runs.map((run) => run.finish()));
    for (const [index, event] of (fast ?? []).entries()) {
      const other = plain?.[index];
      const difference = Math.abs((event.trainCost ?? Number.NaN) / (other?.trainCost ?? 0) - 1);
      t.ok(difference < 1e-5, `epoch ${event.epoch}: training costs differ by ${difference}`);
      const accuracies = Math.abs(
        (event.validAccuracy ?? Number.NaN) - (other?.validAccuracy ?? 0),
      );
      t.ok(accuracies <= 0.006, `epoch ${event.epoch}: accuracies differ by ${accuracies}`);
    }
    for (const run of runs) await run.close();
  });
}

test("the cpu backend names module and batch of what diverges", async (t) => {
  const run = fit(model(), {
    data,
    likelihood: categorical(),
    optimizer: sgd({ learningRate: 1e30 }),
    batchSize: 30,
    epochs: 5,
    seed: 5,
    backend: cpu,
  });
  try {
    await run.finish();
    t.fail("it must diverge");
  } catch (error) {
    t.ok(error instanceof DivergenceError, String(error));
    const { step, module } = (error as DivergenceError).place;
    t.ok(step > 1 && step < 20, `step ${step}`);
    t.match(module, /^(dense|batchNorm)\d$/);
    for (const { path, spec } of run.store.variables) {
      if (spec.role === "data") continue;
      const values = (await run.store.read(spec)).data();
      t.ok(values.every(Number.isFinite), `${path} is as before that step`);
    }
  }
  await run.close();
});
