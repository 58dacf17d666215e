import { checkNames, GraphError, type Store } from "@metrigrad/tensor";
import type { Evaluation } from "../fit/events.ts";
import type { Run } from "../fit/run.ts";
import type { StepTime } from "../step/stepTime.ts";
import { type EpochRecord, numberOrNull, recordEpoch } from "./epochRecord.ts";
import type { ModelRecord } from "./modelRecord.ts";

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
  /** What {@link explain} returns for the model: its subsystems, their metrics and their costs. */
  readonly model?: ModelRecord;
  /** Eigenvalues of the metric's blocks. */
  readonly spectra?: readonly SpectrumRecord[];
  /** The command that makes this run again. */
  readonly command?: string;
}

/**
 * The eigenvalues of one matrix of a block at one time.
 *
 * @category Train: files and reports
 */
export interface SpectrumRecord {
  /** The number of epochs that were done. */
  readonly epoch: number;
  /** The path of the module. */
  readonly path: string;
  /** The names of the parameters in the module. */
  readonly params: readonly string[];
  /** The number of matrices of the block. The values are those of the first. */
  readonly matrices: number;
  /** The eigenvalues, the largest first. */
  readonly values: readonly number[];
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
  /** Where the time of a training step goes; absent if nothing was measured. */
  readonly profile?: readonly StepTime[];
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
 * {@includeCode ../../../../examples/api/train/recordRun.ts#example}
 *
 * @param run - The run, after its training and before it is closed.
 * @param labels - The names and settings of the run.
 * @returns A promise of the record: labels, epochs, and the result on the test split.
 * @throws {@link GraphError} if the data have a test split and training has not begun, and if a label is missing or unknown.
 * @category Train: files and reports
 */
export async function recordRun(run: Run, labels: RunLabels): Promise<RunRecord> {
  checkLabels(labels);
  const epochs = run.history.map(recordEpoch);
  const test = run.splits.includes("test") ? recordTest(await run.test()) : untested;
  return { ...recordLabels(labels), epochs, test, ...recordProfile(run) };
}

/** Throws GraphError for labels that do not say what a record must. */
function checkLabels(labels: RunLabels): void {
  const names = ["arch", "optimizer", "settings", "seed", "model", "spectra", "command"];
  checkNames("recordRun, labels", labels, names, GraphError);
  const { arch, optimizer, settings, seed } = labels;
  const texts = typeof arch === "string" && typeof optimizer === "string";
  if (texts && typeof seed === "number" && typeof settings === "object" && settings !== null)
    return;
  throw new GraphError({
    where: "recordRun",
    must: "labels must have the names arch and optimizer, the settings and the seed",
    got: JSON.stringify(labels),
    todo: 'pass { arch: "784-10", optimizer: "adam", settings: optimizer.settings, seed: 1 }',
  });
}

/** Returns the labels as JSON can hold them. */
export function recordLabels(labels: RunLabels): RunLabels {
  const { arch, optimizer, settings, seed, model, spectra, command } = labels;
  return {
    arch,
    optimizer,
    settings,
    seed,
    ...(model === undefined ? {} : { model: JSON.parse(JSON.stringify(model)) as ModelRecord }),
    ...(spectra === undefined ? {} : { spectra }),
    ...(command === undefined ? {} : { command }),
  };
}

/** Returns the profile of a run; nothing if it has none. */
export function recordProfile(run: Pick<Run, "profile">): Pick<RunRecord, "profile"> {
  const profile = run.profile();
  return profile.length === 0 ? {} : { profile };
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

function recordTest({ accuracy, cost }: Evaluation): RunRecord["test"] {
  return { accuracy: numberOrNull(accuracy), cost: numberOrNull(cost) };
}

const untested: RunRecord["test"] = Object.freeze({ accuracy: null, cost: null });
