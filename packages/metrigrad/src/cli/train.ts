import { cpus } from "node:os";
import type { DataSet } from "@metrigrad/data";
import { categorical } from "@metrigrad/nn";
import type { Backend } from "@metrigrad/tensor";
import { environmentOf, type Recording, type RunRecord, recordRun } from "@metrigrad/train";
import { fit } from "../fit.ts";
import { archs } from "./archs.ts";
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
  readonly backend: Backend;
}

/** A run's record and where it took place. */
export interface Trained {
  readonly record: RunRecord;
  readonly environment: Recording["environment"];
}

/** Trains one run of the job. Throws what `fit` throws. */
export async function trainRun(
  { arch, optimizer, seed }: JobRun,
  { data, epochs, batch, backend }: Common,
  progress: Progress,
  settings: Tuned = tuned[arch]?.[optimizer] as Tuned,
): Promise<Trained> {
  const model = (archs[arch] as (typeof archs)[string])();
  const made = (optimizers[optimizer] as (typeof optimizers)[string])(settings);
  const run = fit(model, {
    data,
    backend,
    likelihood: categorical(),
    optimizer: made,
    batchSize: batch,
    epochs,
    seed,
    l2,
    onStep: progress.step,
  });
  try {
    for await (const event of run) progress.epoch(event);
    const described = { ...made.settings, batchSize: batch, l2 };
    const record = await recordRun(run, { arch, optimizer, settings: described, seed });
    const processors = cpus();
    const processor = { processor: processors[0]?.model ?? "unknown", cores: processors.length };
    return { record, environment: { ...environmentOf(run.store), ...processor } };
  } finally {
    progress.end();
    await run.close();
  }
}
