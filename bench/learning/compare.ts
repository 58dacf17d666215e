/**
 * `node --import tsx bench/learning/compare.ts [PROBLEM …] [--print] [--smoke]`, after `npm run build`: the cost of models
 * by step and by second with several methods. Each method has the same number of settings, which are tried with one seed;
 * that with the lowest training cost at the end races with three others, SGD and ADAM for twice the epochs too. Adds what it finds to
 * docs/experiment-models.json, where what is there already is not done again, and its tables to docs/experiment-models.md.
 * Problems by the clock (the autoencoder) have a budget in seconds in place of epochs. `--smoke` trains them by the first
 * setting of each method for some seconds, and keeps nothing.
 */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Backend, cpu, writeWhole } from "metrigrad";
import { methods, type Tuned } from "./methods.ts";
import { problems } from "./problems.ts";
import { type Racer, race } from "./race.ts";
import {
  bestOf,
  type RaceRecord,
  type Records,
  type TimedRecord,
  type TrialRecord,
} from "./records.ts";
import { filled } from "./tables.ts";
import { timedProblems } from "./timed.ts";
import { timedRun } from "./timedRace.ts";

const tuningSeed = 101;
const seeds = [1, 2, 3];
const docs = join(import.meta.dirname, "..", "..", "docs");
const file = join(docs, "experiment-models.json");
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    print: { type: "boolean", default: false },
    smoke: { type: "boolean", default: false },
  },
});
const records: Records = { timedMachine: "", timed: [], ...JSON.parse(readFileSync(file, "utf8")) };
const isAsked = ({ name }: { name: string }) =>
  positionals.length === 0 || positionals.includes(name);
const asked = problems.filter(isAsked);
if (values.smoke) {
  await smoke();
} else {
  if (!values.print) {
    if (asked.length > 0) await measure();
    await measureTimed();
  }
  const page = join(docs, "experiment-models.md");
  await writeWhole(page, filled(readFileSync(page, "utf8"), problems, timedProblems, records));
}

async function measure(): Promise<void> {
  const backend = await cpu({ threads: 1 });
  records.machine = machineText(backend);
  for (const problem of asked) {
    const begin = await problem.prepare();
    const { epochs: passes, conditions } = problem;
    for (const method of methods) {
      for (const tuned of method.settings[problem.name] ?? []) {
        const found = { problem: problem.name, method: method.name, ...tuned };
        if (records.trials.some((one) => same(one, found))) continue;
        const [run] = await race(begin, [{ method, tuned, passes, conditions }], {
          ...{ backend, seed: tuningSeed, every: false },
        });
        const last = run?.diverged ? undefined : run?.epochs.at(-1);
        const { trainCost = null, validCost = null } = last ?? {};
        await keep(records.trials, { ...found, trainCost, validCost });
      }
    }
    const racers = methods.flatMap((method) => {
      const best = bestOf(records, problem.name, method.name);
      if (best === undefined) return [];
      const tuned = tunedOf(best);
      const once = { method, tuned, passes, conditions };
      return method.isShort ? [once, { ...once, passes: 2 * passes }] : [once];
    });
    for (const seed of seeds) {
      const named = racers.map(({ method, tuned, passes }) => ({
        ...{ problem: problem.name, method: method.name, seed, passes, ...tuned },
      }));
      const missing = named.flatMap((one, at) =>
        records.races.some((race) => same(race, one)) ? [] : [at],
      );
      if (missing.length === 0) continue;
      const left = missing.map((at) => racers[at] as Racer);
      const runs = await race(begin, left, { backend, seed, every: true });
      for (const [at, run] of runs.entries()) {
        await keep(records.races, {
          ...(named[missing[at] as number] as (typeof named)[number]),
          ...run,
        });
      }
    }
  }
  await backend.close();
}

/** Problems by the clock: tries of one seed for a part of the budget, then the best setting with three seeds for all of it. */
async function measureTimed(): Promise<void> {
  const backend = await cpu({ threads: 2 });
  records.timedMachine = machineText(backend);
  for (const problem of timedProblems.filter(isAsked)) {
    const begin = await problem.prepare();
    const own = { problem, begin, backend };
    for (const method of methods) {
      for (const tuned of method.settings[problem.name] ?? []) {
        const found = { problem: problem.name, method: method.name, ...tuned };
        if (records.trials.some((one) => same(one, found))) continue;
        const budget = problem.tuning;
        const run = await timedRun({ ...own, method, tuned, budget, seed: tuningSeed });
        const trainCost = run.diverged ? null : (run.curve.at(-1)?.[1] ?? null);
        await keep(records.trials, { ...found, trainCost, validCost: null });
      }
    }
    const { budget } = problem;
    for (const seed of seeds) {
      for (const method of methods) {
        const best = bestOf(records, problem.name, method.name);
        if (best === undefined) continue;
        const tuned = tunedOf(best);
        const found = { problem: problem.name, method: method.name, seed, budget, ...tuned };
        if (records.timed.some((one) => same(one, found))) continue;
        const run = await timedRun({ ...own, method, tuned, budget, seed });
        await keep(records.timed, { ...found, ...run });
      }
    }
  }
  await backend.close();
}

/** Shows that each method trains on problems by the clock. */
async function smoke(): Promise<void> {
  const backend = await cpu({ threads: 2 });
  for (const problem of timedProblems.filter(isAsked)) {
    const begin = await problem.prepare();
    for (const method of methods) {
      const [tuned] = method.settings[problem.name] ?? [];
      if (tuned === undefined) continue;
      const run = await timedRun({ problem, begin, backend, method, tuned, budget: 3, seed: 101 });
      console.error(
        JSON.stringify({ problem: problem.name, method: method.name, ...tuned, ...run }),
      );
    }
  }
  await backend.close();
}

function machineText(backend: Backend): string {
  const steps = backend.describe().replace(/, [\d.]+ MB of (shared )?memory in use/, "");
  return `Measured on ${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores; Node ${process.versions.node}, ${steps}`;
}

function tunedOf({ learningRate, absolute, klClip }: Tuned): Tuned {
  return {
    learningRate,
    ...(absolute === undefined ? {} : { absolute }),
    ...(klClip === undefined ? {} : { klClip }),
  };
}

/** Whether a record is of this problem, method and setting, and of its seed where it has one. */
function same(
  one: Tuned & { problem: string; method: string; seed?: number; passes?: number; budget?: number },
  other: typeof one,
): boolean {
  const runs = ["problem", "method", "seed", "passes", "budget"] as const;
  const settings = ["learningRate", "absolute", "klClip"] as const;
  return [...runs, ...settings].every((key) => one[key] === other[key]);
}

async function keep<R extends TrialRecord | RaceRecord | TimedRecord>(
  list: R[],
  record: R,
): Promise<void> {
  list.push(record);
  const { epochs, losses, curve, ...shown } = record as RaceRecord & TimedRecord;
  const { trainCost, worked } = epochs?.at(-1) ?? {};
  const end = curve?.at(-1);
  console.error(
    JSON.stringify({ ...shown, ...(epochs && { trainCost, worked }), ...(end && { end }) }),
  );
  const lines = (rows: readonly unknown[]) =>
    rows.map((row) => JSON.stringify(row)).join(",\n    ");
  const { machine, timedMachine, trials, races, timed } = records;
  await writeWhole(
    file,
    `{\n  "machine": ${JSON.stringify(machine)},\n  "timedMachine": ${JSON.stringify(timedMachine)},\n  "trials": [\n    ${lines(trials)}\n  ],\n  "races": [\n    ${lines(races)}\n  ],\n  "timed": [\n    ${lines(timed)}\n  ]\n}\n`,
  );
}
