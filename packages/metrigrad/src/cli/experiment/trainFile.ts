import { readdirSync, rmSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Module } from "@metrigrad/nn";
import type { Store } from "@metrigrad/tensor";
import {
  DivergenceError,
  environmentOf,
  type Recording,
  type Run,
  type RunRecord,
  recordRun,
  type StepEvent,
  saveCheckpoint,
  writeReport,
} from "@metrigrad/train";
import { fit } from "../../fit.ts";
import type { Context, Told } from "../context.ts";
import { makeFolder } from "../makeFolder.ts";
import { progressOf } from "../progress.ts";
import { chartOptions } from "../recording/chartOptions.ts";
import { resultTable } from "../table.ts";
import { version } from "../version.ts";
import { writtenText } from "../written.ts";
import { type Experiment, experimentOf, type TrainFlags } from "./experiment.ts";
import { onInterrupt } from "./interrupt.ts";
import { loadModule } from "./loadModule.ts";
import { type BackendFlags, openBackend } from "./openBackend.ts";

/** Options of `metrigrad train`. */
export interface TrainFileFlags extends TrainFlags, BackendFlags {
  readonly out?: string;
}

/** What a run came to. */
interface Outcome {
  readonly run: Run;
  readonly last: StepEvent | null;
  readonly interrupted: boolean;
  /** The error that ended it; null: none. */
  readonly divergence: DivergenceError | null;
}

/**
 * Trains what a file exports, and writes its report and weights to a folder, also where it is interrupted or diverges.
 * @throws UsageError for a file or options that do not do; what the file, `fit` and the file system throw
 */
export async function trainFile(
  file: string,
  flags: TrainFileFlags,
  context: Context,
): Promise<Told> {
  const experiment = await experimentOf(await loadModule("train", file), file, flags);
  const out = flags.out ?? join("runs", experiment.name);
  await makeFolder(out, "train");
  const { backend, why } = await openBackend(flags, experiment);
  if (why !== "") context.live?.write(`backend: ${why}\n\n`);
  let last: StepEvent | null = null;
  const progress = context.live === null ? null : progressOf(experiment.name, context.live);
  const run = fit(experiment.model as unknown as Module, {
    ...experiment.options,
    backend,
    onStep: (event) => {
      last = event;
      progress?.step(event);
    },
  });
  let interrupted = false;
  const stop = () => {
    interrupted = true;
    run.stop();
    process.stderr.write("\nStopping after this step. Ctrl-C again ends at once.\n");
  };
  const release = onInterrupt(stop, () => removeParts(out));
  try {
    const divergence = await trained(run, progress);
    return await told({ run, last, interrupted, divergence }, experiment, { file, out }, context);
  } finally {
    release();
    await run.close();
  }
}

/** Iterates over a run; gives the divergence that ended it, or null. */
async function trained(
  run: Run,
  progress: ReturnType<typeof progressOf> | null,
): Promise<DivergenceError | null> {
  try {
    for await (const event of run) progress?.epoch(event);
    return null;
  } catch (error) {
    if (error instanceof DivergenceError) return error;
    throw error;
  } finally {
    progress?.end();
  }
}

/** Writes what there is, and says so. Checkpoints on the way, and going on from one, would come here and before `fit`. */
async function told(
  outcome: Outcome,
  experiment: Experiment,
  { file, out }: { readonly file: string; readonly out: string },
  context: Context,
): Promise<Told> {
  const { run, last, interrupted, divergence } = outcome;
  const { width, colours } = context;
  const code = interrupted ? 130 : divergence === null ? 0 : 1;
  const store = storeOf(run);
  if (store === null) {
    const text = "Stopped before the first step; nothing was written.\n";
    return { code, text, value: { interrupted, step: 0, files: [] } };
  }
  // Weights first: they are what a run is for.
  const weights = join(out, "weights.safetensors");
  await saveCheckpoint(store, weights);
  const record = await recordOf(outcome, experiment);
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
    ...(interrupted ? [howToGoOn(weights)] : []),
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
  { run, interrupted }: Outcome,
  { name, options }: Experiment,
): Promise<RunRecord> {
  const { optimizer, seed, batchSize, l2 = 0 } = options;
  const settings = { ...optimizer.settings, batchSize, l2 };
  const untested = { history: run.history, splits: [] } as unknown as Run;
  const labels = { arch: name, optimizer: optimizer.name, settings, seed };
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

function howToGoOn(weights: string): string {
  return `To go on from there, with the optimizer's state, in a program:
  const store = await (await cpu()).store(model);
  await loadCheckpoint("${weights}", store);
  await fit(model, { …, store }).finish();`;
}

/** Removes what this process has half written to a folder. */
function removeParts(out: string): void {
  for (const name of readdirSync(out)) {
    if (name.endsWith(`.${process.pid}.part`)) rmSync(join(out, name), { force: true });
  }
}
