/**
 * A residual net: x + f(x), over and over. The blocks are modules of our own that call other modules, and the net tells
 * points of three spiral arms apart.
 *
 * Run it: `npx tsx examples/residual/residual.ts`
 */
import {
  adam,
  add,
  categorical,
  cpu,
  defModule,
  dense,
  fit,
  relu,
  rngd,
  sequential,
  tanh,
  zeros,
} from "metrigrad";
import { isMain, print, type Settings } from "../support/settings.ts";
import { spirals } from "./spirals.ts";

// #region model
const residual = defModule({
  name: "residual",
  options: (width: number) => ({
    inner: sequential(
      dense(width, width, { activation: relu }),
      dense(width, width, { init: zeros }),
    ),
  }),
  children: ({ inner }) => [inner],
  apply: (_, x, { options, call }) => add(x, call(options.inner, x)),
});

export const residualNet = (width: number, depth: number) =>
  sequential(
    dense(2, width, { activation: tanh }),
    ...Array.from({ length: depth }, () => residual(width)),
    dense(width, 3),
  );

export const optimizers = {
  adam: adam({ learningRate: 0.003 }),
  rngd: rngd(),
};

export async function train({ size, look, ...how }: Settings) {
  const model = residualNet(24, 4);
  const run = fit(model, {
    data: spirals({ rows: 50 * Math.round(80 * size), seed: how.seed }),
    likelihood: categorical(),
    batchSize: 40,
    epochs: 20,
    ...how,
  });
  const events = await run.finish();
  // #endregion
  await look?.(run.store, model);
  await run.close();
  const last = events.at(-1);
  return {
    cost: last?.validCost as number,
    accuracy: last?.validAccuracy as number,
  };
}

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
