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
  tanh,
  trainingStep,
} from "metrigrad";
import { isMain, type OptimizerOf, print, type Settings } from "../support/settings.ts";
import { nearness, noise, ring } from "./ring.ts";

// #region model
export const pair = (width: number) => ({
  generator: sequential(dense(4, width, { activation: tanh }), dense(width, width, { activation: tanh }), dense(width, 2)),
  critic: sequential(dense(2, width, { activation: relu }), dense(width, width, { activation: relu }), dense(width, 1)),
});

export async function steps({ generator, critic }: ReturnType<typeof pair>, store: Store, optimizer: OptimizerOf, rows = 64) {
  const feeds = { real: [rows, 2], noise: [rows, 4] } as const;
  const criticStep = await trainingStep(store, {
    feeds,
    optimizer: optimizer(critic),
    parameters: critic,
    loss: ({ real, noise }, { apply, observe }) => {
      const labels = concat([fill([rows, 1], 1), fill([rows, 1], 0)], 0);
      return neg(observe(apply(critic, concat([real, apply(generator, noise)], 0)), bernoulli(), labels));
    },
  });
  const generatorStep = await trainingStep(store, {
    feeds: { noise: feeds.noise },
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

export async function train({ size, optimizer, backend, seed }: Settings<OptimizerOf>) {
  const models = pair(32);
  const store = await backend.store(models.generator, { seed, name: "generator" });
  await store.add(models.critic, { name: "critic" });
  const { criticStep, generatorStep } = await steps(models, store, optimizer);
  for (let turn = 0; turn < 3000 * size; turn++) {
    await criticStep.advance({ real: ring(64, seed, turn), noise: noise(64, 4, seed, 2 * turn) });
    await generatorStep.advance({ noise: noise(64, 4, seed, 2 * turn + 1) });
  }
  const report = nearness(await predict(models.generator, store, noise(1000, 4, seed, 1e6)));
  await store.close();
  return report;
}
// #endregion

export const optimizers = {
  adam: () => adam({ learningRate: 1e-3, beta1: 0.5 }),
  rngd: (model) => rngd({ metrics: partition(model, "whole"), learningRate: 0.02, momentum: 0 }),
} satisfies Record<string, OptimizerOf>;

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
