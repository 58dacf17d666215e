/**
 * Deep Q-learning (Mnih et al. 2015) in a world of 25 fields: a network says what each of four moves is worth, from moves that were made at random. Its
 * targets come from an older copy of itself, a second model on the same store. The true values are known, by the equation of Bellman.
 *
 * Run it: `npx tsx examples/dqn/dqn.ts`
 */
import {
  adam,
  add,
  cpu,
  dense,
  expandDims,
  gaussian,
  max,
  mul,
  neg,
  oneHot,
  predict,
  rngd,
  type Store,
  sequential,
  stopGradient,
  sum,
  tanh,
  trainingStep,
} from "metrigrad";
import { isMain, print, type Settings } from "../support/settings.ts";
import { discount, fields, judged, memory, positions } from "./world.ts";

// #region model
const net = (width: number) =>
  sequential(dense(fields, width, { activation: tanh }), dense(width, 4));

/** The older copy becomes as the network on the store is, which is an average of its points where its optimizer makes one. */
async function copied(from: ReturnType<typeof net>, to: ReturnType<typeof net>, store: Store) {
  for (const [at, { spec }] of from.variables.entries())
    await store.write(to.variables[at]?.spec as typeof spec, await store.read(spec));
}

export async function train({ size, optimizer, backend, seed, look }: Settings) {
  const [online, older] = [net(32), net(32)];
  const store = await backend.store(online, { seed, name: "online" });
  await store.add(older, { name: "older" });
  const rows = 64;
  const step = await trainingStep(store, {
    feeds: {
      from: [rows, fields],
      move: { shape: [rows], type: "i32" },
      reward: [rows],
      to: [rows, fields],
      goesOn: [rows],
    },
    optimizer,
    steps: Math.round(2000 * size),
    parameters: online,
    loss: ({ from, move, reward, to, goesOn }, { apply, observe }) => {
      const next = max(apply(older, to), { axis: 1 });
      const target = stopGradient(add(reward, mul(discount, mul(goesOn, next))));
      const worth = sum(mul(apply(online, from), oneHot(move, 4)), { axis: 1 });
      return neg(observe(expandDims(worth, 1), gaussian(), expandDims(target, 1)));
    },
  });
  for (let at = 0; at < 2000 * size; at++) {
    if (at % 50 === 0) await copied(online, older, store);
    await step.advance(memory(rows, seed, at));
  }
  // #endregion
  await step.close();
  const report = judged(await predict(online, store, positions()));
  await look?.(store, online);
  await store.close();
  return report;
}

export const optimizers = {
  adam: adam({ learningRate: 0.005 }),
  rngd: rngd({ learningRate: 0.1, absolute: 0.01 }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
