import type { Tensor } from "@metrigrad/tensor";
import { pacer } from "../host/pause.ts";
import type { OptimizerReport } from "../step/report.ts";
import { dueAfter } from "./due.ts";
import type { StepEvent } from "./events.ts";
import type { AnyFitOptions } from "./options.ts";
import type { Prepared } from "./prepare.ts";

/** What one epoch of training took. */
export interface TrainedEpoch {
  /** Steps done in it now. */
  readonly steps: number;
  readonly seconds: number;
  readonly secondsMetric: number;
  readonly report: OptimizerReport | null;
  /** The mean loss of the steps, each before its step; null where no evaluation asks for it. */
  readonly loss: number | null;
}

/** Trains epochs one after the other. */
export interface Trainer {
  /** Trains one epoch, counted from 0; null where `ended` said so before its end. Throws DivergenceError. */
  epoch(epoch: number): Promise<TrainedEpoch | null>;
}

/** Trains epochs from where the store is. */
export function trainer(
  { source, runner, places, done, steps }: Prepared,
  options: AnyFitOptions,
  ended: () => boolean,
): Trainer {
  const { onStep, stepLoss = false, report: asked = false, checkEvery = 100 } = options;
  const { every } = typeof asked === "object" ? asked : {};
  const { stepsPerEpoch } = source;
  const first = stepsPerEpoch === null ? 0 : Math.floor(done / stepsPerEpoch);
  /** Batches that were trained on before. */
  let skipped = stepsPerEpoch === null ? done : done - first * stepsPerEpoch;
  let step = done;
  return {
    async epoch(epoch) {
      const start = performance.now();
      const rest = pacer();
      let aside = 0;
      let own = 0;
      let report: OptimizerReport | null = null;
      /** Time that is no training. */
      const apart = async <T>(work: () => Promise<T>): Promise<T> => {
        const now = performance.now();
        const result = await work();
        aside += performance.now() - now;
        return result;
      };
      let batch = 0;
      const summing = dueAfter(epoch + 1, options).train === "steps";
      let losses = 0;
      let last: Record<string, Tensor> | null = null;
      for await (const { feeds, rows } of source.pass(epoch)) {
        batch++;
        if (skipped > 0) {
          skipped--;
          continue;
        }
        if (ended()) {
          await runner.check();
          return null;
        }
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
          losses += loss;
          const told = stepLoss ? { ...event, loss } : event;
          if (onStep !== undefined) await apart(async () => onStep(told));
        } else {
          await runner.advance(feeds);
          if (onStep !== undefined) await apart(async () => onStep(event));
        }
        await rest();
      }
      await runner.check();
      if (asked !== false && every === undefined && report === null && last !== null) {
        report = await apart(() => runner.report(last as NonNullable<typeof last>));
      }
      const seconds = (performance.now() - start - aside) / 1000;
      const secondsMetric = runner.takeMetricSeconds();
      return { steps: own, seconds, secondsMetric, report, loss: summing ? losses / own : null };
    },
  };
}
