/**
 * The deep autoencoder of MNIST (Hinton and Salakhutdinov 2006), on which Martens and Grosse (2015) compare optimizers:
 * 784-1000-500-250-30-250-500-1000-784, sigmoid units, a linear code of 30 numbers, and pixels under a Bernoulli law.
 * Targets are the inputs, which stay bytes in memory.
 *
 * Run it: `npx tsx examples/autoencoder/autoencoder.ts rngd`, or with another of its optimizers.
 */
import { bernoulli, cpu, dataSet, dense, fit, mnist, sequential, sigmoid } from "metrigrad";
import { isMain, print, type Settings } from "../support/settings.ts";
import { meanPixelCost } from "./meanPixelCost.ts";
import { optimizers } from "./optimizers.ts";
import { sparse } from "./sparse.ts";

export { optimizers };

// #region model
const widths = [784, 1000, 500, 250, 30, 250, 500, 1000, 784];
/** Layers without an activation: those that give the code and the pixels. */
const linear = [3, 7];

export function autoencoder() {
  const layers = widths.slice(1).map((width, i) =>
    dense(widths[i] as number, width, {
      init: sparse,
      ...(linear.includes(i) ? {} : { activation: sigmoid }),
    }),
  );
  return sequential(...layers);
}

export async function train({ size, look, ...how }: Settings) {
  const rows = 600 * Math.round(100 * size);
  const { train, test } = await mnist({ seed: how.seed, split: [rows, 0, rows / 6] });
  const model = autoencoder();
  const run = fit(model, {
    data: dataSet({
      train: { ...train, targets: "inputs" },
      valid: { ...test, targets: "inputs" },
    }),
    likelihood: bernoulli(),
    batchSize: Math.min(500, rows / 12),
    epochs: 4,
    evaluate: { train: { rows: 10_000 } },
    ...how,
  });
  const events = await run.finish();
  // #endregion
  await look?.(run.store, model);
  await run.close();
  const [first, last] = [events[0], events.at(-1)];
  return {
    "cost after one epoch": first?.trainCost ?? Number.NaN,
    cost: last?.trainCost ?? Number.NaN,
    "cost of images held back": last?.validCost ?? Number.NaN,
    "cost of mean pixels": meanPixelCost(train.inputs),
  };
}

if (isMain(import.meta.url)) {
  const name = (process.argv[2] ?? "rngd") as keyof typeof optimizers;
  const optimizer = optimizers[name];
  if (optimizer === undefined) {
    throw new Error(`${name} must be one of ${Object.keys(optimizers).join(", ")}`);
  }
  const backend = await cpu();
  print(await train({ size: 1, optimizer, backend, seed: 1 }));
  await backend.close();
}
