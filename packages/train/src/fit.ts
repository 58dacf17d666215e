import type { Module } from "@metrigrad/nn";
import { GraphError } from "@metrigrad/tensor";
import { type Begun, begin } from "./begin.ts";
import type { EpochEvent } from "./events.ts";
import { checkOptions, type FitOptions } from "./options.ts";
import type { Run } from "./run.ts";

/**
 * Trains a model: minimises the batch mean of −ln p plus ½β Σ‖W‖², by seeded shuffles of the training
 * rows. The data become resident on the backend, and a step is one program.
 *
 * The run is a function of model, options and backend alone, but for its times. A non-finite loss or
 * update freezes the state and raises a DivergenceError that names module, op and batch. Throws
 * GraphError for options that are out of range; while iterated DataError for data that are not
 * finite or that `dataSet` refuses, and what model, likelihood and optimizer throw as the graph is built.
 */
export function fit(model: Module, options: FitOptions): Run {
  checkOptions(model, options);
  const events: EpochEvent[] = [];
  let begun: Begun | null = null;

  async function* train(): AsyncGenerator<EpochEvent, void, undefined> {
    begun = await begin(model, options);
    const { trainer, judge, done, stepsPerEpoch } = begun;
    try {
      for (let epoch = Math.floor(done / stepsPerEpoch); epoch < options.epochs; epoch++) {
        const from = Math.max(0, done - epoch * stepsPerEpoch);
        const { steps, seconds, secondsMetric, report } = await trainer.epoch(epoch, from);
        const trained = await judge.evaluate("train");
        const valid = await judge.evaluate("valid");
        const event: EpochEvent = {
          epoch: epoch + 1,
          epochs: options.epochs,
          trainCost: trained.cost + (await judge.penalty()),
          validCost: valid.cost,
          validAccuracy: valid.accuracy,
          seconds,
          secondsMetric,
          stepsPerSecond: steps / seconds,
          report,
        };
        events.push(Object.freeze(event));
        yield event;
      }
    } finally {
      await trainer.close();
    }
  }

  const iterator = train();
  const ready = (): Begun => begun ?? notBegun();
  const run: Run = {
    get store() {
      return ready().store;
    },
    epochs: events,
    [Symbol.asyncIterator]: () => iterator,
    async finish() {
      for await (const _ of iterator);
      return events;
    },
    evaluate: async (split) => ready().judge.evaluate(split),
    test: async () => ready().judge.evaluate("test"),
    async close() {
      await iterator.return();
      await begun?.judge.close();
      if (options.store === undefined) await begun?.store.close();
    },
  };
  return Object.freeze(run);
}

function notBegun(): never {
  throw new GraphError({
    where: "run",
    must: "training must have begun",
    got: "a run that was not iterated yet",
    todo: "loop over the run, or await run.finish(), first",
  });
}
