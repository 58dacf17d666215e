import { type Backend, DivergenceError, type Optimizer, relativeError, solve } from "metrigrad";
import type { PdeProblem } from "./problems.ts";

/** The relative L2 error after some seconds of steps, and after so many of them. */
export type Mark = readonly [seconds: number, step: number, error: number];

/** What one run came to. */
export interface PdeRun {
  readonly marks: readonly Mark[];
  readonly diverged: boolean;
}

/** How one run goes. */
export interface Running {
  readonly make: () => Optimizer;
  /** Whether the optimizer goes by the number of steps. */
  readonly scheduled: boolean;
  readonly seed: number;
  /** Of steps by the clock; the time to compile and to measure errors is not in it. */
  readonly seconds: number;
  readonly backend: Backend;
}

/** Solves a problem for some seconds. How many steps they hold, over which a schedule falls, is measured before. */
export async function run(
  { model, problem, exact, test }: PdeProblem,
  { make, scheduled, seed, seconds, backend }: Running,
): Promise<PdeRun> {
  const marks: Mark[] = [];
  try {
    const first = await solve(model(), problem, {
      ...{ backend, seed, optimizer: make(), steps: 1e6, seconds: seconds / 10, checkEvery: 5 },
    });
    // The second half, when the engine has compiled its code.
    const half = first.history[Math.floor(first.history.length / 2)];
    const done = first.steps - (half?.step ?? 0);
    const spent = (first.history.at(-1)?.seconds ?? Number.NaN) - (half?.seconds ?? 0);
    await first.close();
    const steps = Math.max(1, Math.round((seconds * done) / spent));
    const solved = await solve(model(), problem, {
      // Without a schedule the clock ends it, however many steps that takes.
      ...{ backend, seed, optimizer: make(), steps: scheduled ? steps : 10 * steps, seconds },
      checkEvery: steps,
      evaluate: {
        every: Math.max(1, Math.round(steps / 100)),
        of: { error: (u) => relativeError(u, exact, test) },
      },
      onStep: ({ step, seconds, measures }) => {
        if (measures) marks.push([rounded(seconds), step, rounded(measures.error ?? Number.NaN)]);
      },
    });
    await solved.close();
    return { marks, diverged: false };
  } catch (error) {
    if (error instanceof DivergenceError) return { marks, diverged: true };
    throw error;
  }
}

const rounded = (value: number) => Number(value.toPrecision(3));
