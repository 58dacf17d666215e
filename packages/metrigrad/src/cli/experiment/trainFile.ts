import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type AnyDataSet, isStream, rowsOf } from "@metrigrad/data";
import type { AnyLaw, Module } from "@metrigrad/nn";
import {
  DivergenceError,
  type EpochEvent,
  type ReportOptions,
  type Run,
  type StepEvent,
} from "@metrigrad/train";
import { fit } from "../../fit.ts";
import type { Context, Told } from "../context.ts";
import { makeFolder } from "../makeFolder.ts";
import { progressOf } from "../progress.ts";
import { UsageError } from "../usage.ts";
import { commandOf } from "./commandOf.ts";
import { type Described, modelRecord } from "./describedModel.ts";
import { type Experiment, experimentOf } from "./experiment.ts";
import { onInterrupt } from "./interrupt.ts";
import { launched } from "./launched.ts";
import { loadModule } from "./loadModule.ts";
import { openBackend } from "./openBackend.ts";
import { savedRun } from "./savedRun.ts";
import { type Spectra, spectraOf } from "./spectra.ts";
import type { TrainFileFlags } from "./trainFileFlags.ts";

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
  const out = flags.out ?? join("runs", folderName(experiment.name));
  const { resume = false, checkpointEvery = resume ? "epoch" : undefined } = flags;
  const checkpoint =
    checkpointEvery === undefined
      ? null
      : { folder: join(out, "checkpoints"), every: checkpointEvery, resume };
  const world = await launched(process.env);
  // One process tells for all.
  const tells = (world?.rank ?? 0) === 0;
  if (checkpoint !== null && !resume && tells) checkFresh(checkpoint.folder);
  if (checkpoint !== null && resume && tells)
    process.stderr.write(`${goesOn(checkpoint.folder)}\n`);
  const described = describedExperiment(experiment);
  const spectra = flags.spectra === undefined ? null : spectraFor(described);
  if (tells) await makeFolder(out, "train");
  const { backend, why } = await openBackend(flags, experiment);
  if (why !== "" && tells) context.live?.write(`backend: ${why}\n\n`);
  let last: StepEvent | null = null;
  const screen = tells ? context.live : null;
  const progress = screen === null ? null : progressOf(experiment.name, screen);
  const model = modelRecord(described);
  const labels = {
    ...(model && { model }),
    command: commandOf(file, { ...flags, out }, world?.size),
  };
  const run = fit(experiment.model as unknown as Module, {
    ...experiment.options,
    report: reportOf(experiment.options),
    backend,
    ...(flags.live !== true
      ? {}
      : { live: { folder: out, arch: experiment.name, append: resume, ...labels } }),
    ...(checkpoint === null ? {} : { checkpoint }),
    ...(world === null ? {} : { distributed: world }),
    onStep: (event) => {
      last = event;
      progress?.step(event);
    },
  });
  const stop = () => {
    run.stop();
    if (tells) process.stderr.write("\nStopping after this step. Ctrl-C again ends at once.\n");
  };
  const release = onInterrupt(stop, () => removeParts(out));
  try {
    const watched = async (event: EpochEvent) => {
      progress?.epoch(event);
      if (spectra === null || !tells || event.epoch % (flags.spectra ?? 1) !== 0) return;
      await spectra.measure(run.store, event.epoch);
    };
    const divergence = await trained(run, watched, () => progress?.end());
    const found = spectra === null ? {} : { spectra: spectra.found };
    if (spectra !== null && spectra.leftOut.length > 0) {
      process.stderr.write(`Spectra are too costly for ${spectra.leftOut.join(", ")}.\n`);
    }
    const outcome = { run, last, divergence, labels: { ...labels, ...found } };
    return await savedRun(outcome, experiment, { file, out, tells }, context);
  } finally {
    release();
    await run.close();
  }
}

/** Iterates over a run; gives the divergence that ended it, or null. */
async function trained(
  run: Run,
  each: (event: EpochEvent) => Promise<void>,
  end: () => void,
): Promise<DivergenceError | null> {
  try {
    for await (const event of run) await each(event);
    return null;
  } catch (error) {
    if (error instanceof DivergenceError) return error;
    throw error;
  } finally {
    end();
  }
}

/** What the metric of an experiment depends on. */
function describedExperiment({ model, options }: Experiment): Described {
  const { data, optimizer, batchSize = 50 } = options;
  const likelihood = options.likelihood as AnyLaw | undefined;
  return { model, data, likelihood, optimizer, batchSize };
}

/** Reports of the optimizer for each epoch, unless the file says otherwise or they would take a large part of the time. */
function reportOf({ data, batchSize = 1, report }: Experiment["options"]): boolean | ReportOptions {
  if (report !== undefined || isStream(data)) return report ?? true;
  const { train } = data as AnyDataSet;
  return rowsOf(train) >= 10 * batchSize;
}

/** Throws UsageError where the data are a stream, whose rows may not come again. */
function spectraFor(described: Described): Spectra {
  const spectra = spectraOf(described);
  if (spectra !== null) return spectra;
  throw new UsageError({
    where: "--spectra",
    must: "the data must be a data set",
    got: "a stream",
    todo: "leave it out",
  });
}

/** A name without what has a meaning in paths. */
function folderName(name: string): string {
  const plain = name.replace(/[^\p{L}\p{N}_.-]+/gu, "-").replace(/^\.+/, "");
  return plain === "" ? "latest" : plain;
}

/** Throws UsageError where a folder has checkpoints of a run that was not to be continued. */
function checkFresh(folder: string): void {
  if (!existsSync(folder) || !readdirSync(folder).some((name) => name.startsWith("epoch-"))) return;
  throw new UsageError({
    where: "--checkpoint-every",
    must: `${folder} must have no checkpoints of another run`,
    got: "some",
    todo: "add --resume to go on from the newest, or take another --out",
  });
}

/** Says whether there is something to go on from. */
function goesOn(folder: string): string {
  const saved = existsSync(folder) ? readdirSync(folder).filter(isManifest).sort() : [];
  const newest = saved.at(-1);
  if (newest === undefined) return `No checkpoint in ${folder}: the run begins anew.`;
  return `Goes on from ${join(folder, newest.replace(/\.json$/, ""))}.`;
}

const isManifest = (name: string) => name.startsWith("epoch-") && name.endsWith(".json");

/** Removes what this process has half written to a folder. */
function removeParts(out: string): void {
  const own = new RegExp(`\\.${process.pid}-\\d+-[\\da-f]{8}-[\\da-f]{8}\\.part$`);
  for (const name of readdirSync(out)) {
    if (own.test(name)) rmSync(join(out, name), { force: true });
  }
}
