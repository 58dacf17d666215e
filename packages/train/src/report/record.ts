import type { Store } from "@metrigrad/tensor";
import type { EpochEvent, Evaluation } from "../fit/events.ts";
import type { Run } from "../fit/run.ts";

/** One epoch in a record; null stands for what was not evaluated and for what is not a number. */
export interface EpochRecord {
  readonly epoch: number;
  readonly trainCost: number | null;
  readonly validCost: number | null;
  readonly validAccuracy: number | null;
  /** Of this epoch, as is `secondsMetric`. */
  readonly seconds: number;
  readonly secondsMetric: number | null;
}

/** What a run is called, and what it was made with. */
export interface RunLabels {
  readonly arch: string;
  readonly optimizer: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly seed: number;
}

/** One run. */
export interface RunRecord extends RunLabels {
  readonly epochs: readonly EpochRecord[];
  readonly test: { readonly accuracy: number | null; readonly cost: number | null };
}

/** Runs that belong together, and where they ran: the content of record.json. */
export interface Recording {
  readonly schema: 1;
  readonly environment: Readonly<Record<string, string | number>>;
  readonly runs: readonly RunRecord[];
}

/** What a finished run leaves in a record; evaluates the test split, where there is one. */
export async function recordRun(run: Run, labels: RunLabels): Promise<RunRecord> {
  const { arch, optimizer, settings, seed } = labels;
  const epochs = run.history.map(recordEpoch);
  const test = run.splits.includes("test") ? recordTest(await run.test()) : untested;
  return { arch, optimizer, settings, seed, epochs, test };
}

/** What a record says about where runs took place: runtime, backend and element type. */
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
