/**
 * A graph network (Kipf and Welling 2017) on the karate club of Zachary (1977): 34 members, 78 friendships. The club broke in two, and who went
 * where is told of the two leaders only. A layer mixes what neighbours know, D^−½(A + I)D^−½ X, before its weights; the rows of its metric
 * are the mixed ones.
 *
 * Run it: `npx tsx examples/graph-network/graph-network.ts`
 */
import {
  adam,
  applyModel,
  categorical,
  constant,
  cpu,
  defModule,
  dense,
  evaluate,
  fullMetrics,
  type Module,
  masked,
  matmul,
  type Node,
  neg,
  rngd,
  sequential,
  type Tensor,
  tanh,
  tensor,
  trainingStep,
} from "metrigrad";
import { isMain, print, type Settings } from "../support/settings.ts";
import { karate, normalized } from "./karate.ts";

// #region model
/** Mixes the rows of neighbours, then applies a module to each. */
export const graphConvolution = defModule({
  name: "graphConvolution",
  options: (mixing: Tensor, inner: Module<Node, Node>) => ({ mixing, inner }),
  children: ({ inner }) => ({ inner }),
  apply: (_, x, { options: { mixing, inner }, call }) => ({
    response: call(inner, matmul(constant(mixing), x)),
  }),
});

export const graphNet = (mixing: Tensor, width: number) =>
  sequential(
    graphConvolution(mixing, dense(34, width, { activation: tanh })),
    graphConvolution(mixing, dense(width, 2)),
  );

export async function train({ size, optimizer, backend, seed, look }: Settings) {
  const { members, friends, side, leaders } = karate();
  const model = graphNet(normalized(friends, members), 8);
  const store = await backend.store(model, { seed });
  const own = Array.from({ length: members }, (_, i) =>
    Array.from({ length: members }, (_, j) => (i === j ? 1 : 0)),
  );
  const known = Array.from({ length: members }, (_, i) => (leaders.includes(i) ? 1 : 0));
  const targets = { value: constant(tensor(side)), mask: constant(tensor(known)) };
  const steps = Math.round(100 * size);
  const step = await trainingStep(store, {
    feeds: {},
    optimizer,
    steps,
    loss: (_, { apply, observe }) =>
      neg(observe(apply(model, constant(tensor(own))), masked(categorical()), targets)),
  });
  const losses: number[] = [];
  for (let at = 0; at < steps; at++) losses.push((await step.run({})).loss);
  // #endregion
  await step.close();
  const { output } = applyModel(model, constant(tensor(own)), {});
  const guess = await evaluate(categorical().predict(output), { store });
  await look?.(store, model);
  await store.close();
  const right = side.filter((one, i) => one === guess.data()[i] && !leaders.includes(i)).length;
  return {
    "first loss": losses[0] ?? Number.NaN,
    "last loss": losses.at(-1) ?? Number.NaN,
    "right of the 32 others": right,
  };
}

export const optimizers = {
  adam: adam({ learningRate: 0.02 }),
  rngd: rngd({ metrics: fullMetrics, learningRate: 0.05, absolute: 0.01 }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
