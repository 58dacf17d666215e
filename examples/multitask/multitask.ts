/**
 * Two tasks with one trunk: which digit a picture shows, and by how much it was turned. The law of both responses
 * is joint, and labels may be missing: a mask says which are there.
 *
 * Run it: `npx tsx examples/multitask/multitask.ts`
 */
import {
  abs,
  adam,
  argMax,
  cast,
  categorical,
  cpu,
  dataSet,
  defModule,
  dense,
  equal,
  fit,
  fullMetrics,
  gaussian,
  joint,
  masked,
  relu,
  rngd,
  sequential,
  squeeze,
  sub,
} from "metrigrad";
import { isMain, print, type Settings } from "../support/settings.ts";
import { turnedDigits } from "./turnedDigits.ts";

// #region model
export const twoTasks = defModule({
  name: "twoTasks",
  options: (inputs: number, width: number) => ({
    trunk: sequential(
      dense(inputs, width, { activation: relu }),
      dense(width, width, { activation: relu }),
    ),
    digit: dense(width, 10),
    angle: dense(width, 1),
  }),
  children: ({ trunk, digit, angle }) => ({ trunk, digit, angle }),
  apply: (_, x, { options: { trunk, digit, angle }, call }) => {
    const h = call(trunk, x);
    return { digit: call(digit, h), angle: call(angle, h) };
  },
});

export const law = joint({ digit: masked(categorical()), angle: masked(gaussian({ sigma: 0.2 })) });

export async function train({ size, look, ...how }: Settings) {
  const model = twoTasks(64, 48);
  const run = fit(model, {
    data: dataSet(await turnedDigits({ rows: 50 * Math.round(200 * size), seed: how.seed })),
    likelihood: law,
    metrics: {
      right: ({ digit }, targets) =>
        cast(equal(argMax(digit, { axis: 1 }), targets.digit.value), "float"),
      radians: ({ angle }, targets) => squeeze(abs(sub(angle, targets.angle.value)), 1),
    },
    batchSize: 50,
    epochs: 15,
    ...how,
  });
  const last = (await run.finish()).at(-1);
  // #endregion
  await look?.(run.store, model);
  await run.close();
  return {
    cost: last?.validCost ?? Number.NaN,
    right: last?.validMetrics?.right ?? 0,
    radians: last?.validMetrics?.radians ?? 9,
  };
}

export const optimizers = {
  adam: adam({ learningRate: 0.003 }),
  rngd: rngd({ metrics: fullMetrics, learningRate: 0.1, absolute: 0.5 }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
