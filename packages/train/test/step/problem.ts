import { mean, square, sub, tanh } from "@metrigrad/graph";
import { dense, gaussian, sequential } from "@metrigrad/nn";
import type { Optimizer } from "@metrigrad/optim";
import { reference, type Store, tensor } from "@metrigrad/tensor";
import { type TrainingStep, trainingStep } from "../../src/index.ts";

/** A small network of one input. */
export function small() {
  return sequential(dense(1, 5, { activation: tanh }), dense(5, 1));
}

const x = Array.from({ length: 8 }, (_, row) => [row / 4 - 1]);
export const batch = { x: tensor(x), y: tensor(x.map(([value = 0]) => [Math.sin(3 * value)])) };
export const shapes = { x: [8, 1], y: [8, 1] } as const;

/** A store with the values of a model. */
export async function storeOf(model: ReturnType<typeof small>, seed = 1): Promise<Store> {
  return (await reference()).store(model, { seed });
}

/** The step of a regression of that batch. */
export function regression(
  store: Store,
  model: ReturnType<typeof small>,
  optimizer: Optimizer,
  options: { steps?: number; resume?: boolean; report?: boolean } = {},
): Promise<TrainingStep<typeof shapes>> {
  return trainingStep(store, {
    optimizer,
    feeds: shapes,
    loss: ({ x, y }, { apply, observe }) => {
      const output = apply(model, x);
      observe(output, gaussian());
      return mean(square(sub(output, y)));
    },
    ...options,
  });
}

/** The parameters of a store, in order. */
export async function weights(store: Store): Promise<number[][]> {
  const parameters = store.variables.filter(({ spec }) => spec.role === "parameter");
  return Promise.all(parameters.map(async ({ spec }) => [...(await store.read(spec)).data()]));
}
