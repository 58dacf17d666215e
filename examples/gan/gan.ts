/**
 * A generative adversarial pair (Goodfellow et al. 2014) on a mixture in the plane: two training steps on one store.
 * With RNGD, each is one subsystem with its own response (Sun and Nielsen 2017, section 4.5): the critic's is the label, the
 * generator's the visible point.
 *
 * Run it: `npx tsx examples/gan/gan.ts`
 */
import {
  adam,
  bernoulli,
  concat,
  cpu,
  dense,
  fill,
  gaussian,
  neg,
  partition,
  predict,
  relu,
  rngd,
  type Store,
  sequential,
  trainingStep,
} from "metrigrad";
import { isMain, type OptimizerOf, print, type Settings } from "../support/settings.ts";
import { nearness, noise, ring } from "./ring.ts";

// #region model
const net = (inputs: number, outputs: number, width: number) =>
  sequential(
    dense(inputs, width, { activation: relu }),
    dense(width, width, { activation: relu }),
    dense(width, outputs),
  );

export const pair = (width: number) => ({ generator: net(4, 2, width), critic: net(2, 1, width) });

export async function steps(models: Pair, store: Store, optimizer: OptimizerOf, rows = 64) {
  const { generator, critic } = models;
  const criticStep = await trainingStep(store, {
    feeds: { real: [rows, 2], noise: [rows, 4] },
    optimizer: optimizer(critic),
    parameters: critic,
    loss: ({ real, noise }, { apply, observe }) => {
      const labels = concat([fill([rows, 1], 1), fill([rows, 1], 0)], 0);
      const points = concat([real, apply(generator, noise)], 0);
      return neg(observe(apply(critic, points), bernoulli(), labels));
    },
  });
  const generatorStep = await trainingStep(store, {
    feeds: { noise: [rows, 4] },
    optimizer: optimizer(generator),
    parameters: generator,
    loss: ({ noise }, { apply, observe }) => {
      const points = apply(generator, noise);
      observe(points, gaussian()); // what is seen of the generator, for its metric
      return neg(bernoulli().logProb(fill([rows, 1], 1), apply(critic, points)));
    },
  });
  return { criticStep, generatorStep };
}

export async function train({ size, optimizer, backend, seed, look }: Settings<OptimizerOf>) {
  const models = pair(32);
  const store = await backend.store(models.generator, { seed, name: "generator" });
  await store.add(models.critic, { name: "critic" });
  const { criticStep, generatorStep } = await steps(models, store, optimizer);
  for (let turn = 0; turn < 3000 * size; turn++) {
    await criticStep.advance({ real: ring(64, seed, turn), noise: noise(64, 4, seed, 2 * turn) });
    await generatorStep.advance({ noise: noise(64, 4, seed, 2 * turn + 1) });
  }
  // #endregion
  const report = nearness(await predict(models.generator, store, noise(1000, 4, seed, 1e6)));
  await look?.(store, models.generator);
  await store.close();
  return report;
}

type Pair = ReturnType<typeof pair>;

export const optimizers = {
  adam: () => adam({ learningRate: 3e-3, beta1: 0.5 }),
  rngd: (model) =>
    rngd({
      ...{ metrics: partition(model, "whole"), learningRate: 0.05, absolute: 0.1, momentum: 0 },
      // Each plays against the last point of the other, not against an average.
      average: null,
    }),
} satisfies Record<string, OptimizerOf>;

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
