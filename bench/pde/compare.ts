/**
 * `node --import tsx bench/pde/compare.ts PROBLEM … [--print] [--only TEXT]`, after `npm run build`: the error of solutions of differential
 * equations by second and by step, with several methods. Each method has the same number of settings, which are tried with one
 * seed and a part of the time; the one with the lowest error races with five others. Adds what it finds to
 * docs/experiment-pde, where what is there already is not done again, and its tables to docs/experiment-pde.md. `--only` takes
 * the methods whose names a regular expression fits.
 */
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cpu, writeWhole } from "metrigrad";
import { pdeChart } from "./chart.ts";
import { methods } from "./methods.ts";
import { type PdeProblem, problems } from "./problems.ts";
import { run } from "./run.ts";
import { bestOf, filled, type Records, racersOf } from "./tables.ts";

const tuningSeed = 101;
const seeds = [1, 2, 3, 4, 5];
const docs = join(import.meta.dirname, "..", "..", "docs");
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { print: { type: "boolean", default: false }, only: { type: "string", default: "" } },
});
/** What the picture at the top of README.md compares. */
const firstScreen = ["ADAM", "L-BFGS", "natural gradient"];
const asked = problems.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const page = join(docs, "experiment-pde.md");
for (const problem of asked) {
  const records = read(problem);
  if (!values.print) await measure(problem, records);
  if (records.races.length === 0) continue;
  const chart = pdeChart(racersOf(records), problem);
  await writeWhole(join(docs, "experiment-pde", `${problem.name}.svg`), chart);
  if (problem.name === "poisson2d") {
    const few = racersOf(records).filter(({ name }) => firstScreen.includes(name));
    await writeWhole(join(docs, "experiment-pde", "first-screen.svg"), pdeChart(few, problem));
  }
  await writeWhole(page, filled(readFileSync(page, "utf8"), problem, records));
}

function fileOf({ name }: PdeProblem): string {
  return join(docs, "experiment-pde", `${name}.json`);
}

function read(problem: PdeProblem): Records {
  const file = fileOf(problem);
  if (!existsSync(file)) return { machine: "", trials: [], races: [] };
  return JSON.parse(readFileSync(file, "utf8"));
}

async function measure(problem: PdeProblem, records: Records): Promise<void> {
  const backend = await cpu({ threads: 1, native: false });
  records.machine = `${cpus()[0]?.model ?? "unknown"}; Node ${process.versions.node}; ${backend.describe().replace(/, [\d.]+ MB of memory in use/, "")}; float64`;
  const wanted = new RegExp(values.only);
  for (const method of methods.filter(({ name }) => wanted.test(name))) {
    const scheduled = method.scheduled ?? false;
    for (const [setting, make] of Object.entries(method.settings)) {
      const found = { method: method.name, setting };
      if (records.trials.some((one) => one.method === found.method && one.setting === setting)) {
        continue;
      }
      const { tuning: seconds } = problem;
      const { marks, diverged } = await run(problem, {
        ...{ make, scheduled, seed: tuningSeed, seconds, backend },
      });
      const error = diverged ? null : (marks.at(-1)?.[2] ?? null);
      records.trials.push({ ...found, error });
      await keep(problem, records, { ...found, error });
    }
    const setting = bestOf(records, method.name)?.setting;
    const make = setting === undefined ? undefined : method.settings[setting];
    if (setting === undefined || make === undefined) continue;
    for (const seed of seeds) {
      const found = { method: method.name, setting, seed };
      const known = records.races.findIndex(
        (one) => one.method === found.method && one.seed === seed,
      );
      if (records.races[known]?.setting === setting) continue;
      if (known >= 0) records.races.splice(known, 1);
      const ran = await run(problem, {
        ...{ make, scheduled, seed, seconds: problem.seconds, backend },
      });
      records.races.push({ ...found, ...ran });
      await keep(problem, records, { ...found, last: ran.marks.at(-1) });
    }
  }
  await backend.close();
}

async function keep(problem: PdeProblem, records: Records, shown: unknown): Promise<void> {
  console.error(problem.name, JSON.stringify(shown));
  const lines = (rows: readonly unknown[]) =>
    rows.map((row) => JSON.stringify(row)).join(",\n    ");
  const { machine, trials, races } = records;
  await writeWhole(
    fileOf(problem),
    `{\n  "machine": ${JSON.stringify(machine)},\n  "trials": [\n    ${lines(trials)}\n  ],\n  "races": [\n    ${lines(races)}\n  ]\n}\n`,
  );
}
