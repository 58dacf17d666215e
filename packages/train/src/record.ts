import type { Store } from "@metrigrad/tensor";
import type { EpochEvent, Evaluation } from "./fit/events.ts";
import type { Run } from "./fit/run.ts";

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
}

/**
 * The names and settings of a run.
 *
 * @category Train: files and reports
 */
export interface RunLabels {
  /** The name of the architecture, such as "784-10". */
  readonly arch: string;
  /** The name of the optimizer, such as "rngd". */
  readonly optimizer: string;
  /** The settings of the run by name, which must be values that JSON can hold. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The seed of the run. */
  readonly seed: number;
}

/**
 * The record of one run.
 *
 * @category Train: files and reports
 */
export interface RunRecord extends RunLabels {
  /** The epochs of the run in their order. */
  readonly epochs: readonly EpochRecord[];
  /**
   * The accuracy in [0, 1] and the mean cost on the test split; null if there is no test split, or if the value is
   * absent or not finite.
   */
  readonly test: { readonly accuracy: number | null; readonly cost: number | null };
}

/**
 * Runs that belong together, and where they ran. It is the content of record.json.
 *
 * @category Train: files and reports
 */
export interface Recording {
  /** The version of the format, 1. */
  readonly schema: 1;
  /** The runtime, the platform, the backend and the element type, as {@link environmentOf} returns them. */
  readonly environment: Readonly<Record<string, string | number>>;
  /** The runs. */
  readonly runs: readonly RunRecord[];
}

/**
 * Returns the record of a finished run. It evaluates the test split if the data have one.
 *
 * {@includeCode ../../../examples/api/train/recordRun.ts#example}
 *
 * @param run - The run, after its training and before it is closed.
 * @param labels - The names and settings of the run.
 * @returns A promise of the record: labels, epochs, and the result on the test split.
 * @throws {@link GraphError} if the data have a test split and training has not begun.
 * @category Train: files and reports
 */
export async function recordRun(run: Run, labels: RunLabels): Promise<RunRecord> {
  const { arch, optimizer, settings, seed } = labels;
  const epochs = run.history.map(recordEpoch);
  const test = run.splits.includes("test") ? recordTest(await run.test()) : untested;
  return { arch, optimizer, settings, seed, epochs, test };
}

/**
 * Returns where runs take place: runtime, platform, backend and element type.
 *
 * @param store - The store of a run.
 * @returns The names and values for `environment` of a {@link Recording}.
 * @nothrow
 * @category Train: files and reports
 */
export function environmentOf(store: Store): Recording["environment"] {
  const { process } = globalThis as { process?: NodeJS.Process };
  const runtime: Record<string, string> =
    process?.versions?.node === undefined
      ? { runtime: globalThis.navigator?.userAgent ?? "unknown" }
      : {
          runtime: `node ${process.versions.node}`,
          platform: `${process.platform} ${process.arch}`,
        };
  return { ...runtime, backend: store.backend.describe(), float: store.float };
}

function recordEpoch(event: EpochEvent): EpochRecord {
  return {
    epoch: event.epoch,
    trainCost: numberOrNull(event.trainCost),
    validCost: numberOrNull(event.validCost),
    validAccuracy: numberOrNull(event.validAccuracy),
    seconds: event.seconds,
    secondsMetric: numberOrNull(event.secondsMetric),
  };
}

function recordTest({ accuracy, cost }: Evaluation): RunRecord["test"] {
  return { accuracy: numberOrNull(accuracy), cost: numberOrNull(cost) };
}

const untested: RunRecord["test"] = Object.freeze({ accuracy: null, cost: null });

function numberOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
