/**
 * A Bayesian last layer (Laplace's approximation: MacKay 1992; Kristiadi, Hein and Hennig 2020) from a block of the metric: around the trained weights W of the last
 * layer the posterior is normal, with the precision Ng + τI, g the layer's own block. A network that is sure far away from all data is then in doubt.
 *
 * Run it: `npx tsx examples/bayesian-last-layer/bayesian-last-layer.ts`
 */
import {
  adam,
  bernoulli,
  cpu,
  dataSet,
  dense,
  fit,
  fullMetrics,
  predict,
  relu,
  rfim,
  rngd,
  type Store,
  sequential,
  type Tensor,
  tensor,
} from "metrigrad";
import { moons } from "../gpclassifier/moons.ts";
import { isMain, print, type Settings } from "../support/settings.ts";
import { judged } from "./judged.ts";

// #region model
const width = 16;
const features = sequential(
  dense(2, width, { activation: relu }),
  dense(width, width, { activation: relu }),
);
const net = sequential(features, dense(width, 1));

/** The precision of the weights before they have seen any data. */
const tau = 0.1;

/** Variances of the logits of points: φ'(Ng + τI)⁻¹φ with φ what the layer before puts out, and 1. */
export async function variances(store: Store, data: Tensor, points: Tensor) {
  const metric = await rfim(net, data, { store, metrics: fullMetrics, likelihood: bernoulli() });
  const block = metric.blocks.at(-1);
  if (block === undefined) throw new Error("the last layer has a block");
  const n = data.shape[0] as number;
  const phi = (await predict(features, store, points)).toArray() as number[][];
  const found: number[] = [];
  for (const row of phi) {
    const column = tensor([...row, 1].map((value) => [value]));
    // (Ng + τI)⁻¹ = (g + τ/N I)⁻¹/N.
    const solved = (await block.solve(column, { absolute: tau / n })).data();
    found.push([...row, 1].reduce((sum, value, i) => sum + (value * (solved[i] ?? 0)) / n, 0));
  }
  await metric.close();
  return found;
}

export async function train({ size, look, ...how }: Settings) {
  const { x, y } = moons({ rows: 200, seed: how.seed });
  const targets = tensor([...y.data()].map((sign) => [sign > 0 ? 1 : 0]));
  const run = fit(net, {
    data: dataSet({ train: { inputs: x, targets } }),
    likelihood: bernoulli(),
    l2: tau / 200,
    batchSize: 50,
    epochs: Math.ceil(200 * size),
    ...how,
  });
  const events = await run.finish();
  const spread = (points: Tensor) => variances(run.store, x, points);
  const logits = async (points: Tensor) => (await predict(net, run.store, points)).data();
  // #endregion
  const report = await judged(logits, spread, how.seed);
  await look?.(run.store, net);
  await run.close();
  return { "training cost": events.at(-1)?.trainCost ?? Number.NaN, ...report };
}

export const optimizers = {
  adam: adam({ learningRate: 0.02 }),
  rngd: rngd({ metrics: fullMetrics, learningRate: 0.05, absolute: 0.1 }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
