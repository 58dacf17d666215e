/**
 * A neural ordinary differential equation (Chen et al. 2018): a network is the field dy/dt = f(y), which `odeint` follows as a loop in the
 * plan, and derivatives and metrics go through it. It learns the field of predators and prey (Lotka and Volterra) from paths with
 * noise, and follows it from other starts and for twice the time.
 *
 * Run it: `npx tsx examples/neural-ode/neural-ode.ts`
 */
import {
  adam,
  constant,
  cpu,
  defModule,
  dense,
  fit,
  gaussian,
  independent,
  type Module,
  moveAxis,
  type Node,
  observedMetrics,
  odeint,
  predict,
  rngd,
  sequential,
  tanh,
  tensor,
} from "metrigrad";
import { isMain, print, type Settings } from "../support/settings.ts";
import { paths, rootMeanSquare } from "./paths.ts";

// #region model
/** States at equal times, [n, times, 2], of states at the first one, [n, 2]. */
export const followed = defModule({
  name: "followed",
  options: (field: Module<Node, Node>, times: readonly number[]) => ({ field, times }),
  children: ({ field }) => ({ field }),
  apply: (_, start, { options: { field, times }, call }) => ({
    response: moveAxis(
      odeint((_t, y) => call(field, y), start, constant(tensor([...times])), { steps: 2 }),
      0,
      1,
    ),
  }),
});

export const fieldNet = (width: number) =>
  sequential(
    dense(2, width, { activation: tanh }),
    dense(width, width, { activation: tanh }),
    dense(width, 2),
  );

export async function train({ size, look, ...how }: Settings) {
  const times = Array.from({ length: 13 }, (_, at) => at / 4);
  const field = fieldNet(24);
  const model = followed(field, times);
  const data = paths({ rows: 120, times, noise: 0.05, seed: how.seed });
  const run = fit(model, {
    data,
    likelihood: independent(gaussian()),
    batchSize: 20,
    epochs: Math.ceil(25 * size),
    ...how,
  });
  const events = await run.finish();
  // #endregion
  const long = Array.from({ length: 25 }, (_, at) => at / 4);
  const other = paths({ rows: 40, times: long, noise: 0, seed: how.seed + 1 }).train;
  const guess = await predict(followed(field, long), run.store, other.inputs);
  await look?.(run.store, field);
  await run.close();
  return {
    "first cost": events[0]?.trainCost ?? Number.NaN,
    cost: events.at(-1)?.trainCost ?? Number.NaN,
    "error from other starts": rootMeanSquare(guess, other.targets, 0, 13),
    "error in twice the time": rootMeanSquare(guess, other.targets, 13, 25),
    "size of what is followed": rootMeanSquare(other.targets, null, 0, 25),
  };
}

export const optimizers = {
  adam: adam({ learningRate: 0.01 }),
  /** Gauss–Newton through the loop: the field acts several times in a turn. */
  rngd: rngd({ metrics: observedMetrics(), learningRate: 0.3, absolute: 1e-2, momentum: 0 }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
