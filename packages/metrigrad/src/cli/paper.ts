import { mkdir, mkdtemp, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { mnist } from "@metrigrad/data";
import { DivergenceError, type RunRecord, writeReport } from "@metrigrad/train";
import { network } from "./archs.ts";
import { readArguments } from "./arguments.ts";
import { backends } from "./backends.ts";
import { help } from "./help.ts";
import { jobOf } from "./job.ts";
import { optimizers } from "./optimizers.ts";
import { progressOf, type Screen } from "./progress.ts";
import { resultTable } from "./table.ts";
import { jobTime, trainRun } from "./train.ts";
import { refuse } from "./usage.ts";

/**
 * The paper's experiment: trains what the arguments ask for, shows it on the screen and writes the report, after
 * every run so that an interrupted job leaves what it has. Returns the exit code: 1 where a run
 * diverged. Throws UsageError before anything is done, and what training throws.
 */
export async function paper(args: readonly string[], screen: Screen): Promise<number> {
  const options = readArguments(args);
  if (options.help) {
    screen.write(help);
    return 0;
  }
  const { out, epochs, batch } = options;
  await makeFolder(out);
  const jobs = jobOf(options);
  const common = { data: await mnist(), epochs, batch };
  const choose = backends[options.backend] as (typeof backends)[string];
  const { backend, why } = await choose(jobTime(jobs, common));
  if (why !== "") screen.write(`backend: ${why}\n\n`);
  const name = Math.max(...jobs.map(({ arch, optimizer }) => arch.length + optimizer.length)) + 1;
  const chart = { title: `MNIST, ${network}, batch ${batch}`, optimizers: Object.keys(optimizers) };
  const runs: RunRecord[] = [];
  let diverged = 0;
  for (const job of jobs) {
    const title = `${`${job.arch} ${job.optimizer}`.padEnd(name)}${options.repeats > 1 ? ` seed ${job.seed}` : ""}`;
    try {
      const progress = progressOf(title, screen);
      const { record, environment } = await trainRun(job, common, backend, progress);
      runs.push(record);
      await writeReport(out, { schema: 1, environment, runs }, chart);
    } catch (error) {
      if (!(error instanceof DivergenceError)) throw error;
      diverged++;
      screen.write(`${title}  ${error.message}\n`);
    }
  }
  if (runs.length > 0) {
    screen.write(`\n${resultTable(runs)}\n\n`);
    screen.write(
      `Written: ${["record.json", "epochs.csv", "chart.svg"].map((file) => `${out}/${file}`).join(", ")}\n`,
    );
  }
  return diverged === 0 ? 0 : 1;
}

async function makeFolder(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
    // A folder may be there and yet take no files.
    await rmdir(await mkdtemp(join(out, ".try-")));
  } catch (error) {
    refuse("out", "it must be a folder that can be written", (error as Error).message);
  }
}
