import type { Feeds, Module, Store, Tensor } from "metrigrad";
import { tensor } from "metrigrad";

/** A training step by `sgd({ learningRate: 1 })`, which moves parameters by the gradient. */
export interface UnitStep<F> {
  run(feeds: F): Promise<{ readonly loss: number }>;
}

/** The gradient of a loss beside its differences. */
export interface GradientGap {
  /** The largest element of the gradient. */
  readonly largest: number;
  /** The largest difference between an element and its central difference. */
  readonly gap: number;
}

/**
 * How far the gradient of a training step's loss is from central differences of the loss, over every element of a model's
 * parameters. The store is as before afterwards, and so are random draws between the evaluations.
 */
export async function gradientGap<F extends Feeds>(
  store: Store,
  step: UnitStep<F>,
  model: Pick<Module, "variables">,
  feeds: F,
): Promise<GradientGap> {
  const start = await Promise.all(store.variables.map(({ path }) => store.read(path)));
  const before = new Map(store.variables.map(({ path }, at) => [path, start[at] as Tensor]));
  // State such as that of random draws is on the store once a step has run.
  await step.run(feeds);
  for (const { path } of store.variables) {
    if (!before.has(path)) before.set(path, await store.read(path));
  }
  const restore = async () => {
    for (const [path, value] of before) await store.write(path, value);
  };
  const parameters = model.variables.filter(({ spec }) => spec.role === "parameter");
  await restore();
  await step.run(feeds);
  const moved = await Promise.all(parameters.map(({ spec }) => store.read(spec)));
  await restore();
  let [largest, gap] = [0, 0];
  const h = 1e-5;
  for (const [at, { spec }] of parameters.entries()) {
    const value = before.get(store.pathOf(spec) as string) as Tensor;
    const values = Float64Array.from(value.data());
    const end = (moved[at] as Tensor).data();
    for (let i = 0; i < values.length; i++) {
      const lossAt = async (x: number) => {
        const changed = values.slice();
        changed[i] = x;
        await store.write(spec, tensor(changed, { shape: spec.shape }));
        const { loss } = await step.run(feeds);
        await restore();
        return loss;
      };
      const x = values[i] as number;
      const slope = ((await lossAt(x + h)) - (await lossAt(x - h))) / (2 * h);
      const gradient = x - (end[i] as number);
      largest = Math.max(largest, Math.abs(gradient));
      gap = Math.max(gap, Math.abs(gradient - slope));
    }
  }
  return { largest, gap };
}
