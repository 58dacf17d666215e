/**
 * `node --import tsx bench/learning/compare.ts [PROBLEM …] [--print]`, after `npm run build`: the cost of models by step
 * and by second with several methods. Each method has the same number of settings, which are tried with one seed;
 * that with the lowest training cost at the end races with three others, methods without a metric for twice the epochs too. Adds what it finds to
 * docs/experiment-models.json, where what is there already is not done again, and its tables to docs/experiment-models.md.
 */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cpu, writeWhole } from "metrigrad";
import { methods, type Tuned } from "./methods.ts";
import { problems } from "./problems.ts";
import { type Racer, race } from "./race.ts";
import { bestOf, filled, type RaceRecord, type Records, type TrialRecord } from "./tables.ts";

const tuningSeed = 101;
const seeds = [1, 2, 3];
const docs = join(import.meta.dirname, "..", "..", "docs");
const file = join(docs, "experiment-models.json");
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { print: { type: "boolean", default: false } },
});
const records: Records = JSON.parse(readFileSync(file, "utf8"));
const asked = problems.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (!values.print) await measure();
const page = join(docs, "experiment-models.md");
await writeWhole(page, filled(readFileSync(page, "utf8"), problems, records));

async function measure(): Promise<void> {
  const backend = await cpu({ threads: 1 });
  records.machine = `Measured on ${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores shared with other work; Node ${process.versions.node}, cpu backend, 1 thread`;
  for (const problem of asked) {
    const begin = await problem.prepare();
    const { epochs: passes, samples } = problem;
    for (const method of methods) {
      for (const tuned of method.settings[problem.name] ?? []) {
        const found = { problem: problem.name, method: method.name, ...tuned };
        if (records.trials.some((one) => same(one, found))) continue;
        const [run] = await race(begin, [{ method, tuned, passes, samples }], {
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
      const { learningRate, absolute } = best;
      const tuned = { learningRate, ...(absolute === undefined ? {} : { absolute }) };
      const once = { method, tuned, passes, samples };
      // An epoch without a metric takes half as long or less.
      return absolute === undefined ? [once, { ...once, passes: 2 * passes }] : [once];
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

/** Whether a record is of this problem, method and setting, and of its seed where it has one. */
function same(
  one: Tuned & { problem: string; method: string; seed?: number; passes?: number },
  other: typeof one,
): boolean {
  const keys = ["problem", "method", "seed", "passes", "learningRate", "absolute"] as const;
  return keys.every((key) => one[key] === other[key]);
}

async function keep<R extends TrialRecord | RaceRecord>(list: R[], record: R): Promise<void> {
  list.push(record);
  const { epochs, losses, ...shown } = record as RaceRecord;
  const { trainCost, worked } = epochs?.at(-1) ?? {};
  console.error(JSON.stringify({ ...shown, ...(epochs && { trainCost, worked }) }));
  const lines = (rows: readonly unknown[]) =>
    rows.map((row) => JSON.stringify(row)).join(",\n    ");
  const { machine, trials, races } = records;
  await writeWhole(
    file,
    `{\n  "machine": ${JSON.stringify(machine)},\n  "trials": [\n    ${lines(trials)}\n  ],\n  "races": [\n    ${lines(races)}\n  ]\n}\n`,
  );
}
