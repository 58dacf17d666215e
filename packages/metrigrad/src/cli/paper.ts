import { mnist } from "@metrigrad/data";
import { DivergenceError, type Recording, type RunRecord } from "@metrigrad/train";
import { writeReport } from "@metrigrad/view";
import { network } from "./archs.ts";
import type { Arguments } from "./arguments.ts";
import { type BackendName, backends } from "./backends.ts";
import type { Context, Told } from "./context.ts";
import { jobOf } from "./job.ts";
import { makeFolder } from "./makeFolder.ts";
import { optimizers } from "./optimizers.ts";
import { progressOf, type Screen } from "./progress.ts";
import { resultTable } from "./table.ts";
import { jobTime, trainRun } from "./train.ts";
import { writtenText } from "./written.ts";

/** What is drawn of the paper's experiment with batches of so many images. */
export function paperChart(batch: unknown) {
  return { title: `MNIST, ${network}, batch ${batch}`, order: Object.keys(optimizers) };
}

/**
 * The paper's experiment: trains what the arguments ask for, shows it on the screen and writes the report, after
 * every run so that an interrupted job leaves what it has. The exit code is 1 where a run
 * diverged. Throws UsageError before anything is done, and what training throws.
 */
export async function paper(options: Arguments, context: Context, screen: Screen): Promise<Told> {
  const { out, epochs, batch } = options;
  await makeFolder(out, "paper");
  const jobs = jobOf(options);
  const common = { data: await mnist(), epochs, batch };
  const choose = backends[options.backend as BackendName];
  const { backend, why } = await choose(jobTime(jobs, common));
  if (why !== "") screen.write(`backend: ${why}\n\n`);
  const name = Math.max(...jobs.map(({ arch, optimizer }) => arch.length + optimizer.length)) + 1;
  const chart = paperChart(batch);
  const runs: RunRecord[] = [];
  const errors: string[] = [];
  let recording: Recording | null = null;
  for (const job of jobs) {
    const title = `${`${job.arch} ${job.optimizer}`.padEnd(name)}${options.repeats > 1 ? ` seed ${job.seed}` : ""}`;
    try {
      const progress = progressOf(title, screen);
      const { record, environment } = await trainRun(job, common, backend, progress);
      runs.push(record);
      recording = { schema: 1, environment, runs };
      await writeReport(out, recording, chart);
    } catch (error) {
      if (!(error instanceof DivergenceError)) throw error;
      errors.push(`${title}  ${error.message}`);
      screen.write(`${title}  ${error.message}\n`);
    }
  }
  const { width, colours } = context;
  const written = runs.length === 0 ? [] : ["record.json", "epochs.csv", "chart.svg"];
  const files = written.map((file) => `${out}/${file}`);
  const table = () => resultTable(runs, { width, title: colours.bold });
  const text = runs.length === 0 ? "" : `\n${table()}\n\n${writtenText(files, context)}\n`;
  return { code: errors.length === 0 ? 0 : 1, text, value: { ...recording, errors, files } };
}
