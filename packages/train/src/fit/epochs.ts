import { GraphError, type Tensor } from "@metrigrad/tensor";
import type { OptimizerReport } from "../step/report.ts";
import { dueAfter } from "./due.ts";
import type { StepEvent } from "./events.ts";
import type { AnyFitOptions } from "./options.ts";
import type { Prepared } from "./prepare.ts";

/** The part of an epoch that is done. */
export interface EpochPart {
  /** The number of batches that are done, including those of an earlier run. */
  readonly batch: number;
  /** The number of steps done in the epoch. */
  readonly steps: number;
  /** The sum of the losses of the steps; 0 if no evaluation asks for it. */
  readonly losses: number;
  readonly seconds: number;
  readonly secondsMetric: number;
  readonly report: OptimizerReport | null;
}

/** One epoch of training. */
export interface TrainedEpoch extends EpochPart {
  /** Whether the run was ended before the last batch of the epoch. */
  readonly ended: boolean;
  /** The mean loss of the steps, each before its step; null if no evaluation asks for it. */
  readonly loss: number | null;
}

/** The part of an epoch before its first step. */
export const noPart: EpochPart = Object.freeze({
  batch: 0,
  steps: 0,
  losses: 0,
  seconds: 0,
  secondsMetric: 0,
  report: null,
});

/** Trains epochs one after the other. */
export interface Trainer {
  /** Trains one epoch, counted from 0. Throws DivergenceError. */
  epoch(epoch: number): Promise<TrainedEpoch>;
}

/** Settings of a trainer, besides the options. */
export interface TrainerSettings {
  /** Returns whether the run should end after so many steps. */
  readonly ended: (step: number) => Promise<boolean>;
  /** The part of the first epoch that a saved run has done. If it is null, the store says how many steps are done. */
  readonly from: EpochPart | null;
  /** Whether the run is saved after a step, counted from 1. */
  readonly savedAfter: (step: number) => boolean;
  readonly save: (epoch: number, part: EpochPart) => Promise<void>;
}

/** Returns a trainer that goes on from the steps done on the store. */
export function trainer(
  { source, runner, places, done, steps }: Prepared,
  options: AnyFitOptions,
  { ended, from, savedAfter, save }: TrainerSettings,
): Trainer {
  const { onStep, stepLoss = false, report: asked = false, checkEvery = 100 } = options;
  const { every } = typeof asked === "object" ? asked : {};
  const { stepsPerEpoch } = source;
  let before = from ?? noPart;
  /** The number of batches to skip, since they were trained on before. */
  let skipped = from?.batch ?? (stepsPerEpoch === null ? done : done % stepsPerEpoch);
  let step = done;
  return {
    async epoch(epoch) {
      const start = performance.now();
      const { seconds: earlier } = before;
      let { steps: own, losses, secondsMetric, report } = before;
      before = noPart;
      let aside = 0;
      /** Runs work whose time does not count as training. */
      const apart = async <T>(work: () => Promise<T>): Promise<T> => {
        const now = performance.now();
        const result = await work();
        aside += performance.now() - now;
        return result;
      };
      let batch = 0;
      const soFar = (): EpochPart => {
        const seconds = earlier + (performance.now() - start - aside) / 1000;
        secondsMetric += runner.takeMetricSeconds();
        return { batch, steps: own, losses, seconds, secondsMetric, report };
      };
      const summing = dueAfter(epoch + 1, options).train === "steps";
      let last: Record<string, Tensor> | null = null;
      for await (const { feeds, rows } of source.pass(epoch)) {
        if (skipped > 0) {
          batch++;
          skipped--;
          last = feeds;
          continue;
        }
        if (await ended(step)) {
          await runner.check();
          return { ...soFar(), ended: true, loss: null };
        }
        batch++;
        step++;
        own++;
        places.set(step, { epoch: epoch + 1, batch, rows });
        places.delete(step - 2 * checkEvery);
        const due = every === undefined ? batch === stepsPerEpoch : step % every === 0;
        const reported = asked !== false && due ? await apart(() => runner.report(feeds)) : null;
        report = reported ?? report;
        last = feeds;
        const event: StepEvent = { epoch: epoch + 1, step, steps, report: reported };
        if (stepLoss || summing) {
          const { loss } = await runner.read(feeds);
          if (summing) losses += loss;
          const told = stepLoss ? { ...event, loss } : event;
          if (onStep !== undefined) await apart(async () => onStep(told));
        } else {
          await runner.advance(feeds);
          if (onStep !== undefined) await apart(async () => onStep(event));
        }
        if (savedAfter(step)) {
          // The check comes first, so that no state that is not finite is saved.
          await runner.check();
          const part = soFar();
          await apart(() => save(epoch, part));
        }
      }
      if (from !== null && skipped > 0) throw fewerBatches(epoch + 1, batch + skipped, batch);
      await runner.check();
      if (asked !== false && every === undefined && report === null && own > 0 && last !== null) {
        report = await apart(() => runner.report(last as NonNullable<typeof last>));
      }
      return { ...soFar(), ended: false, loss: summing ? losses / own : null };
    },
  };
}

function fewerBatches(epoch: number, wanted: number, got: number): GraphError {
  return new GraphError({
    where: "fit, checkpoint",
    must: `epoch ${epoch} must have the ${wanted} batches that the saved run was trained on, or more`,
    got: String(got),
    todo: "let a pass over the stream give the same batches for the same epoch",
  });
}
