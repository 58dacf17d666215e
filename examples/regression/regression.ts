/**
 * A regression on a CSV table: numbers that are standardised, a category, missing values and weights of the rows. Some
 * prices are typing errors, so the loss is Huber's. Training ends when the share of close estimates of held-out rows grows no more,
 * and takes the best weights back.
 *
 * Run it: `npx tsx examples/regression/regression.ts`
 */
import {
  abs,
  adam,
  cast,
  category,
  cpu,
  dataSet,
  dense,
  exponentialSchedule,
  fit,
  fromColumns,
  less,
  mul,
  type Node,
  number,
  readCsv,
  rngd,
  sequential,
  splitRows,
  square,
  squeeze,
  sub,
  tanh,
  where,
} from "metrigrad";
import { isMain, print, type Settings } from "../support/settings.ts";
import { flatsCsv } from "./flats.ts";

// #region model
const d = 0.1;

/** ½e² of small errors, d|e| − ½d² of large ones, e = output − target; of each row. */
export function huber(output: Node, target: Node): Node {
  const error = squeeze(abs(sub(output, target)), 1);
  return where(less(error, d), mul(square(error), 0.5), mul(sub(error, d / 2), d));
}

export const net = (inputs: number) =>
  sequential(dense(inputs, 24, { activation: tanh }), dense(24, 1));

/** Four fifths of the flats to train on, and the others on the same scales. */
export function tables(size: number, seed: number) {
  const rows = 40 * Math.round(50 * size);
  const csv = readCsv(flatsCsv({ rows, seed }));
  const dealt = splitRows(csv, [0.8 * rows, 0.2 * rows, 0], { seed });
  const columns = {
    area: number({ standardise: true }),
    age: number({ standardise: true, missing: "mean" }),
    district: category(),
    weight: number(),
    price: number({ standardise: true }),
  };
  const train = fromColumns(columns, dealt.train, { targets: "price", weights: "weight" });
  return { train, valid: train.transform(dealt.valid) };
}

export async function train({ size, look, ...how }: Settings) {
  const { train, valid } = tables(size, how.seed);
  const model = net(train.names.length);
  const run = fit(model, {
    data: dataSet({ name: "flats", train, valid }),
    loss: huber,
    metrics: {
      close: (output, target) => cast(less(squeeze(abs(sub(output, target)), 1), 0.1), "float"),
    },
    earlyStopping: { patience: 8, metric: "close", higher: true },
    batchSize: 40,
    epochs: 100,
    ...how,
  });
  const events = await run.finish();
  // #endregion
  const { metrics, cost } = await run.evaluate("valid");
  await look?.(run.store, model);
  await run.close();
  return {
    epochs: events.length,
    best: run.best?.epoch ?? 0,
    "best close": run.best?.value ?? 0,
    close: metrics.close ?? 0,
    cost,
    "first cost": events[0]?.validCost ?? 0,
  };
}

export const optimizers = {
  adam: adam({ learningRate: 0.003 }),
  rngd: rngd({ learningRate: 0.05, absolute: 0.5, schedule: exponentialSchedule(0.1) }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
