import type { EpochEvent } from "../fit/events.ts";
import type { OptimizerReport } from "../step/report.ts";

/**
 * One epoch in a record. A quantity that was not evaluated, or is not finite, is null.
 *
 * @category Train: files and reports
 */
export interface EpochRecord {
  /** The number of the epoch, from 1. */
  readonly epoch: number;
  /** The mean cost of the training rows, with the L2 term. */
  readonly trainCost: number | null;
  /** The mean cost of the validation rows, without the L2 term. */
  readonly validCost: number | null;
  /** The share of validation rows that are predicted right, in [0, 1]. */
  readonly validAccuracy: number | null;
  /** The seconds of this epoch's training steps. */
  readonly seconds: number;
  /** The part of `seconds` that the metric takes. */
  readonly secondsMetric: number | null;
  /** The share of training rows that are predicted right, in [0, 1]; absent if it was not evaluated. */
  readonly trainAccuracy?: number | null;
  /** The means of your own metrics over the training rows, by name. */
  readonly trainMetrics?: Readonly<Record<string, number | null>>;
  /** The means of your own metrics over the validation rows, by name. */
  readonly validMetrics?: Readonly<Record<string, number | null>>;
  /** The optimizer's last report in this epoch. */
  readonly report?: ReportRecord;
}

/**
 * A quantity of a report. One that has a value for each unit is recorded by its range.
 *
 * @category Train: files and reports
 */
export type QuantityRecord =
  | number
  | null
  | { readonly min: number | null; readonly median: number | null; readonly max: number | null };

/**
 * The report of an optimizer on one step, in a record.
 *
 * @category Train: files and reports
 */
export interface ReportRecord {
  /** The number of the step, from 1. */
  readonly step: number;
  /** The quantities of the whole step by name, such as its `length` in √nats. */
  readonly quantities: Readonly<Record<string, QuantityRecord>>;
  /** The blocks of parameters. */
  readonly blocks: readonly {
    /** The path of the module. */
    readonly path: string;
    /** The names of the parameters in the module. */
    readonly params: readonly string[];
    /** The name of the method that solves with the metric of the block. */
    readonly solver: string;
    /** The quantities by name: `lambda`, `residual`, `length` in √nats, and `condition` if it was asked for. */
    readonly quantities: Readonly<Record<string, QuantityRecord>>;
  }[];
}

/** Returns the record of an epoch. */
export function recordEpoch(event: EpochEvent): EpochRecord {
  const { trainAccuracy, trainMetrics, validMetrics, report } = event;
  return {
    epoch: event.epoch,
    trainCost: numberOrNull(event.trainCost),
    validCost: numberOrNull(event.validCost),
    validAccuracy: numberOrNull(event.validAccuracy),
    seconds: event.seconds,
    secondsMetric: numberOrNull(event.secondsMetric),
    ...(trainAccuracy === undefined ? {} : { trainAccuracy: numberOrNull(trainAccuracy) }),
    ...(trainMetrics === undefined ? {} : { trainMetrics: mapped(trainMetrics, numberOrNull) }),
    ...(validMetrics === undefined ? {} : { validMetrics: mapped(validMetrics, numberOrNull) }),
    ...(report === null ? {} : { report: recordReport(report) }),
  };
}

function recordReport({ step, quantities, blocks }: OptimizerReport): ReportRecord {
  return {
    step,
    quantities: mapped(quantities, recordQuantity),
    blocks: blocks.map(({ path, params, solver, quantities: own }) => ({
      path,
      params,
      solver,
      quantities: mapped(own, recordQuantity),
    })),
  };
}

function recordQuantity(value: number | readonly number[]): QuantityRecord {
  if (typeof value === "number") return numberOrNull(value);
  const sorted = [...value].sort((a, b) => a - b);
  const at = (share: number) => numberOrNull(sorted[Math.floor(share * (sorted.length - 1))]);
  return { min: at(0), median: at(0.5), max: at(1) };
}

function mapped<A, B>(values: Readonly<Record<string, A>>, f: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, f(value)]));
}

/** Returns a number that JSON can hold; null for others. */
export function numberOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
