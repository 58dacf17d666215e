/**
 * A mixture of experts (Shazeer et al. 2017): a function that is linear in each quadrant of the plane, learnt by four
 * linear experts and a gate. Every expert is a subsystem of its own (Sun and Nielsen 2017): the points that the gate
 * leads to it make its metric. It prints which expert serves which quadrant, and what the metric costs.
 *
 * Run it: `npx tsx examples/mixture-of-experts/mixture-of-experts.ts`
 */
import {
  adam,
  add,
  cpu,
  dense,
  explain,
  fullMetrics,
  gaussian,
  type MixtureExtras,
  mixtureOfExperts,
  mul,
  neg,
  type Optimizer,
  rngd,
  type Store,
  trainingStep,
} from "metrigrad";
import { isMain, print, type Settings } from "../support/settings.ts";
import { points, regions } from "./regions.ts";
import { routing } from "./routing.ts";

// #region model
export const mixture = (experts: number) =>
  mixtureOfExperts(2, { count: experts, make: () => dense(2, 1) }, { noise: 1 });

const law = gaussian({ sigma: 0.2 });

export function stepOf(model: Mixture, store: Store, optimizer: Optimizer, rows = 100) {
  return trainingStep(store, {
    optimizer,
    feeds: { x: [rows, 2], y: [rows, 1] },
    loss: ({ x, y }, { applied, observe }) => {
      const { response, extras } = applied(model, x);
      const { balance } = extras as unknown as MixtureExtras;
      return add(neg(observe(response, law, y)), mul(balance, 10));
    },
  });
}

export async function train({ size, optimizer, backend, seed, look }: Settings) {
  const model = mixture(regions);
  const store = await backend.store(model, { seed });
  const step = await stepOf(model, store, optimizer);
  for (let turn = 0; turn < 3000 * size; turn++) {
    const { x, y } = points(100, seed, turn);
    await step.advance({ x, y });
  }
  // #endregion
  const report = await routing(model, store, points(2000, seed, -1));
  await look?.(store, model);
  await store.close();
  return report;
}

type Mixture = ReturnType<typeof mixture>;

export const optimizers = {
  adam: adam({ learningRate: 0.02 }),
  rngd: rngd({ metrics: fullMetrics }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  const how = { batchSize: 100, metrics: fullMetrics, likelihood: law };
  console.log(`\n${explain(mixture(regions), how)}`);
  await backend.close();
}
