/** What bench/pde/browser.ts runs in a page: Poisson's equation for so many seconds, in both floats. */
import { cpu, engd, type FloatType, type Optimizer, relativeError, solve } from "metrigrad";
import { problems } from "./problems.ts";

/** Errors of a setting, one for each seed. */
export interface PageRow {
  readonly setting: string;
  readonly backend: string;
  readonly seconds: number;
  readonly errors: readonly number[];
  readonly steps: readonly number[];
}

/** Errors of float32 leave nothing of what a smaller λ would gain. */
const bounded = { by: "length", least: 1e-7 } as const;

const settings: readonly { setting: string; float: FloatType; optimizer: () => Optimizer }[] = [
  {
    setting: "float32, metric made and solved in float64, λ at least 1e-7 of what it begins with",
    float: "f32",
    optimizer: () => engd({ solvePrecision: "f64", adapt: bounded }),
  },
  {
    setting: "float32, metric made and solved in float64",
    float: "f32",
    optimizer: () => engd({ solvePrecision: "f64" }),
  },
  { setting: "float32 throughout", float: "f32", optimizer: () => engd() },
  { setting: "float64", float: "f64", optimizer: () => engd() },
];

/** Solves the problem with seeds 1 to 5, on one thread. */
export async function measured(seconds: number): Promise<readonly PageRow[]> {
  const backend = await cpu({ threads: 1 });
  const [own] = problems;
  if (own === undefined) throw new Error("there must be a problem");
  const { model, problem, exact, test } = own;
  const rows: PageRow[] = [];
  for (const { setting, float, optimizer } of settings) {
    const [errors, steps]: [number[], number[]] = [[], []];
    for (const seed of [1, 2, 3, 4, 5]) {
      const run = await solve(model(), problem, {
        ...{ backend, seed, float, seconds, steps: 1e5, checkEvery: 10 },
        optimizer: optimizer(),
        // Once, when the time is over.
        evaluate: { every: 1e5, of: { error: (u) => relativeError(u, exact, test) } },
      });
      errors.push(run.history.at(-1)?.measures?.error ?? Number.NaN);
      steps.push(run.steps);
      await run.close();
    }
    rows.push({
      setting,
      backend: backend.describe().replace(/, [\d.]+ MB of memory in use/, ""),
      seconds,
      errors,
      steps,
    });
  }
  await backend.close();
  return rows;
}

(globalThis as { measured?: typeof measured }).measured = measured;
