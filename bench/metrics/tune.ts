/**
 * `node --import tsx bench/metrics/tune.ts [METHOD …]`, after `npm run build`: trains every setting of the methods'
 * grids for five epochs with one seed that the suite does not use, adds the results to
 * docs/tuning-metrics.json, and prints the best of each method by its cost on the validation images,
 * which `methods.ts` takes over. What the file holds already is not done again.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cpu, DivergenceError, mnist, writeWhole } from "metrigrad";
import { type Method, methods, type Tuned } from "./methods.ts";
import { begin } from "./train.ts";

/** One training, its costs after the last epoch; null where it diverged. */
interface Trial extends Tuned {
  readonly method: string;
  readonly trainCost: number | null;
  readonly validCost: number | null;
}

const file = join(import.meta.dirname, "..", "..", "docs", "tuning-metrics.json");
const trials: Trial[] = JSON.parse(readFileSync(file, "utf8"));
const asked = process.argv.slice(2);
const chosen = methods.filter(({ name }) => asked.length === 0 || asked.includes(name));
const setting = { data: await mnist(), backend: await cpu({ threads: 1 }), epochs: 5, seed: 101 };

for (const method of chosen) {
  for (const tuned of settingsOf(method)) {
    const known = (one: Trial) =>
      one.method === method.name &&
      one.learningRate === tuned.learningRate &&
      one.absolute === tuned.absolute;
    if (trials.some(known)) continue;
    const trial = { method: method.name, ...tuned, ...(await costsOf(method, tuned)) };
    trials.push(trial);
    console.error(JSON.stringify(trial));
    await writeWhole(file, `[\n  ${trials.map((one) => JSON.stringify(one)).join(",\n  ")}\n]\n`);
  }
}
for (const { name } of methods) {
  const own = trials.filter(({ method, validCost }) => method === name && validCost !== null);
  const [best] = own.sort((a, b) => (a.validCost as number) - (b.validCost as number));
  if (best !== undefined) console.log(JSON.stringify(best));
}
await setting.backend.close();

function settingsOf({ grid }: Method): Tuned[] {
  return grid.learningRate.flatMap((learningRate): Tuned[] =>
    grid.absolute === undefined
      ? [{ learningRate }]
      : grid.absolute.map((absolute) => ({ learningRate, absolute })),
  );
}

async function costsOf(method: Method, tuned: Tuned) {
  const run = begin(method, setting, tuned);
  try {
    const last = (await run.finish()).at(-1);
    return { trainCost: last?.trainCost ?? null, validCost: last?.validCost ?? null };
  } catch (error) {
    if (error instanceof DivergenceError) return { trainCost: null, validCost: null };
    throw error;
  } finally {
    await run.close();
  }
}
