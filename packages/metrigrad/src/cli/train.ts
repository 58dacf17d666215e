import { cpus } from "node:os";
import type { DataSet } from "@metrigrad/data";
import { categorical, type Module } from "@metrigrad/nn";
import type { Backend } from "@metrigrad/tensor";
import { environmentOf, type Recording, type RunRecord, recordRun } from "@metrigrad/train";
import type { Measure } from "../auto/measure.ts";
import { trainingTime } from "../auto/trainingTime.ts";
import { type FitOptions, fit } from "../fit.ts";
import { archs } from "./archs.ts";
import { type Described, modelRecord } from "./experiment/describedModel.ts";
import type { JobRun } from "./job.ts";
import { optimizers } from "./optimizers.ts";
import type { Progress } from "./progress.ts";
import { type Tuned, tuned } from "./settings.ts";

/** β of the L2 term, as in the paper. */
const l2 = 1e-3;

/** What all runs of a job share. */
export interface Common {
  readonly data: DataSet;
  readonly epochs: number;
  readonly batch: number;
  /** Where the events of the runs are written while they train; nowhere where it is absent. */
  readonly live?: { readonly folder: string; readonly append: boolean };
}

/** A run's record and where it took place. */
export interface Trained {
  readonly record: RunRecord;
  readonly environment: Recording["environment"];
}

/** The model of a run and how it is trained. */
function planned(
  { arch, optimizer, seed }: JobRun,
  { data, epochs, batch }: Common,
  settings: Tuned = tuned[arch]?.[optimizer] as Tuned,
): { readonly model: Module; readonly options: FitOptions } {
  const model = (archs[arch] as (typeof archs)[string])();
  const made = (optimizers[optimizer] as (typeof optimizers)[string])(settings);
  const likelihood = categorical();
  return {
    model,
    options: { data, likelihood, optimizer: made, batchSize: batch, epochs, seed, l2 },
  };
}

/** How long a step of each run takes, one after another; runs that differ in their seed count once. */
export function jobTime(jobs: readonly JobRun[], common: Common): Measure {
  const distinct = new Map(jobs.map((job) => [`${job.arch} ${job.optimizer}`, job]));
  return async (backend, enough) => {
    let seconds = 0;
    for (const job of distinct.values()) {
      if (seconds > enough) break;
      const { model, options } = planned(job, common);
      seconds += await trainingTime(model, options)(backend, enough - seconds);
    }
    return seconds;
  };
}

/** Trains one run of the job. Throws what `fit` throws. */
export async function trainRun(
  job: JobRun,
  common: Common,
  backend: Backend,
  progress: Progress,
  settings?: Tuned,
): Promise<Trained> {
  const { arch, optimizer, seed } = job;
  const { model, options } = planned(job, common, settings);
  const { epochs, batch, live } = common;
  const { optimizer: made, likelihood, data } = options;
  const described = { model, data, likelihood, optimizer: made, batchSize: batch } as Described;
  const explained = modelRecord(described);
  const command = `npx metrigrad paper --arch ${arch} --optimizer ${optimizer} --epochs ${epochs} --batch ${batch} --seed ${seed}`;
  const labels = { arch, command, ...(explained && { model: explained }) };
  const run = fit(model, {
    ...options,
    backend,
    report: true,
    onStep: progress.step,
    ...(live && { live: { ...live, ...labels } }),
  });
  try {
    for await (const event of run) progress.epoch(event);
    const own = { ...made.settings, batchSize: batch, l2 };
    const record = await recordRun(run, { ...labels, optimizer, settings: own, seed });
    const processors = cpus();
    const processor = { processor: processors[0]?.model ?? "unknown", cores: processors.length };
    return { record, environment: { ...environmentOf(run.store), ...processor } };
  } finally {
    progress.end();
    await run.close();
  }
}
