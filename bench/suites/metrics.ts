import { type DataSet, dataSet, type EpochEvent, gatherRows, mnist, type Split } from "metrigrad";
import { median } from "../measure.ts";
import { methods } from "../metrics/methods.ts";
import { begin, type Setting } from "../metrics/train.ts";
import { bestOwn } from "../ours/variants.ts";
import { type Result, resultOf } from "../result.ts";
import type { Session } from "../session.ts";

/** Seconds of training at which costs are shown. */
const moments = [1, 2, 4, 8] as const;

/**
 * Metrics on the paper's network and MNIST, batch 50, one thread: what a step costs, and the training
 * cost (with L2, over all training rows) within seconds of training and after all epochs; means over
 * seeds. Every method has its own γ and λ, tuned by `bench/metrics/tune.ts`.
 */
export async function metrics(session: Session): Promise<Result[]> {
  const { quick } = session.options;
  const ours = bestOwn(session.ours);
  if (ours === undefined) return [];
  const data = quick ? firstRows(await mnist(), 1000) : await mnist();
  const epochs = quick ? 2 : 5;
  const runs = methods.map((): (readonly EpochEvent[])[] => []);
  for (const seed of quick ? [1] : [1, 2, 3]) {
    session.progress(`metrics, seed ${seed}`);
    const trained = await together({ data, backend: ours.backend, epochs, seed });
    for (const [at, events] of trained.entries()) runs[at]?.push(events);
  }
  const base = runs[0] ?? [];
  return methods.flatMap(({ name, tuned }, at) => {
    const own = runs[at] ?? [];
    const { learningRate, absolute } = tuned;
    const lambda = absolute === undefined ? "" : `, λ ${absolute}`;
    const row = `${name} (γ ${learningRate}${lambda})`;
    const cell = (column: string, unit: string, value: number) => {
      const shared = { suite: "metrics", better: "lower", peers: {} } as const;
      const placed = { case: `${name}: ${column}`, cell: { row, column } };
      return resultOf({ ...shared, ...placed, unit, ours: value });
    };
    return [
      cell("step", "ms", 1000 * secondsOf(own)),
      cell("step, SGD = 1", "×", secondsOf(own) / secondsOf(base)),
      ...moments.map((most) => cell(`cost within ${most} s`, "nats", costWithin(own, most))),
      cell(`cost after ${epochs} epochs`, "nats", costWithin(own, Number.POSITIVE_INFINITY)),
    ];
  });
}

/** The epochs of all methods; those with the same number follow one another, whatever else the machine does. */
async function together(setting: Setting): Promise<(readonly EpochEvent[])[]> {
  const runs = methods.map((method) => {
    const run = begin(method, setting);
    return { run, epochs: run[Symbol.asyncIterator]() };
  });
  for (let epoch = 0; epoch < setting.epochs; epoch++) {
    for (const { epochs } of runs) await epochs.next();
  }
  const events = runs.map(({ run }) => run.history);
  for (const { run } of runs) await run.close();
  return events;
}

/** Seconds of a step: the median over epochs but the first of each run, in which code gets compiled. */
function secondsOf(runs: readonly (readonly EpochEvent[])[]): number {
  return median(runs.flatMap((events) => events.slice(1).map((one) => 1 / one.stepsPerSecond)));
}

/** The cost after the last epoch that ended within so many seconds, a mean over runs; NaN before the first. */
function costWithin(runs: readonly (readonly EpochEvent[])[], most: number): number {
  const costs = runs.map((events) => {
    let seconds = 0;
    let cost = Number.NaN;
    for (const event of events) {
      seconds += event.seconds;
      if (seconds <= most) cost = event.trainCost ?? Number.NaN;
    }
    return cost;
  });
  return costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
}

/** The first n rows of each split, at most. */
function firstRows(data: DataSet, n: number): DataSet {
  const first = ({ inputs, targets }: Split) => {
    const rows = Array.from({ length: Math.min(n, inputs.shape[0] as number) }, (_, i) => i);
    return { inputs: gatherRows(inputs, rows), targets: gatherRows(targets, rows) };
  };
  const { train, valid, test } = data;
  return dataSet({
    ...data,
    train: first(train),
    ...(valid && { valid: first(valid) }),
    ...(test && { test: first(test) }),
  });
}
