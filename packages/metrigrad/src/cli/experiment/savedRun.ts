import { cpus } from "node:os";
import { join } from "node:path";
import type { Store } from "@metrigrad/tensor";
import {
  type DivergenceError,
  environmentOf,
  type Recording,
  type Run,
  type RunLabels,
  type RunRecord,
  recordRun,
  type StepEvent,
  saveCheckpoint,
} from "@metrigrad/train";
import { writeReport } from "@metrigrad/view";
import type { Context, Told } from "../context.ts";
import { chartOptions } from "../recording/chartOptions.ts";
import { resultTable } from "../table.ts";
import { version } from "../version.ts";
import { writtenText } from "../written.ts";
import type { Experiment } from "./experiment.ts";

/** What a run came to. */
export interface Outcome {
  readonly run: Run;
  /** The last step; null: there was none. */
  readonly last: StepEvent | null;
  /** The error that ended it; null: none. */
  readonly divergence: DivergenceError | null;
  /** What else its record says. */
  readonly labels: Pick<RunLabels, "model" | "spectra" | "command">;
}

/** Writes the weights and the report of a run as far as it came, and says so. Throws what the file system throws. */
export async function savedRun(
  outcome: Outcome,
  experiment: Experiment,
  { file, out, tells }: { readonly file: string; readonly out: string; readonly tells: boolean },
  context: Context,
): Promise<Told> {
  const { run, last, divergence, labels } = outcome;
  // Read once: Ctrl-C may come while files are written.
  const interrupted = run.aborted;
  const { width, colours } = context;
  const code = interrupted ? 130 : divergence === null ? 0 : 1;
  const store = storeOf(run);
  if (store === null) {
    const text = "Stopped before the first step; nothing was written.\n";
    return { code, text, value: { interrupted, step: 0, files: [] } };
  }
  if (!tells) {
    // All processes test together.
    await recordOf(run, experiment, interrupted, labels);
    // A code that is not 0 would end the job before the first process has written.
    return { code: 0, text: "", value: null, quiet: true };
  }
  // Weights first: they are what a run is for.
  const weights = join(out, "weights.safetensors");
  await saveCheckpoint(store, weights);
  const record = await recordOf(run, experiment, interrupted, labels);
  const recording: Recording = { schema: 1, environment: environment(store, file), runs: [record] };
  await writeReport(out, recording, chartOptions(recording));
  const names = ["record.json", "epochs.csv", "chart.svg"].map((name) => join(out, name));
  const files = [...names, weights];
  const table = resultTable([record], { width, title: colours.bold });
  const steps = last === null ? "before the first step" : placeOf(last, experiment);
  const after = [
    ...(divergence === null ? [] : [colours.red(`Diverged: ${divergence.message}`)]),
    ...(interrupted ? [colours.yellow(`Stopped ${steps}.`)] : []),
    writtenText(files, context),
    ...(interrupted ? [howToGoOn(run, weights, labels.command ?? "")] : []),
  ];
  return {
    code,
    text: `${[table, ...after].join("\n\n")}\n`,
    value: {
      interrupted,
      diverged: divergence?.message ?? null,
      step: last?.step ?? 0,
      ...recording,
      files,
    },
  };
}

/** The store of a run; null where it ended before it had one. */
function storeOf(run: Run): Store | null {
  try {
    return run.store;
  } catch {
    return null;
  }
}

/** What a run leaves in a record. One that was interrupted is not tested, since its user wants the terminal back. */
function recordOf(
  run: Run,
  { name, options }: Experiment,
  interrupted: boolean,
  more: Outcome["labels"],
): Promise<RunRecord> {
  const { optimizer, seed, batchSize, l2 = 0 } = options;
  const settings = { ...optimizer.settings, batchSize, l2 };
  const { history, profile } = run;
  const untested = { history, splits: [], profile } as unknown as Run;
  const labels = { arch: name, optimizer: optimizer.name, settings, seed, ...more };
  return recordRun(interrupted ? untested : run, labels);
}

function environment(store: Store, file: string): Recording["environment"] {
  const processors = cpus();
  return {
    ...environmentOf(store),
    processor: processors[0]?.model ?? "unknown",
    cores: processors.length,
    metrigrad: version(),
    file,
  };
}

/** "after step 120 of 800, in epoch 2 of 10". */
function placeOf({ step, steps, epoch }: StepEvent, { options }: Experiment): string {
  return `after step ${step}${steps === null ? "" : ` of ${steps}`}, in epoch ${epoch} of ${options.epochs}`;
}

/** What to type to go on: by the run's checkpoints where it has some, else in a program. */
function howToGoOn(run: Run, weights: string, command: string): string {
  if (run.checkpoint() !== null) return `To go on from there:\n  ${command} --resume`;
  return `To go on from there, with the optimizer's state, in a program:
  const store = await (await cpu()).store(model);
  await loadCheckpoint("${weights}", store);
  await fit(model, { …, store }).finish();
With --checkpoint-every epoch the next run can go on by --resume.`;
}
