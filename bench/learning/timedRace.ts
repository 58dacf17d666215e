import { type Backend, DivergenceError, exponentialSchedule, type Run } from "metrigrad";
import { type Method, optimizerOf, type Tuned } from "./methods.ts";
import type { TimedProblem, TimedSetting } from "./timed.ts";

/** What a run by the clock gave. */
export interface TimedRun {
  /** Seconds of training, and the cost after them in nats. */
  readonly curve: readonly (readonly [seconds: number, cost: number])[];
  readonly steps: number;
  readonly diverged: boolean;
}

/** A run of a method by the clock. */
export interface TimedRacer {
  readonly problem: Pick<TimedProblem, "stepsPerEpoch" | "conditions">;
  readonly begin: (setting: TimedSetting) => Run;
  readonly method: Method;
  readonly tuned: Tuned;
  readonly seed: number;
  readonly backend: Backend;
  /** Seconds of training. */
  readonly budget: number;
}

/** Seconds that say how many steps a budget has room for, at most a tenth of it. */
const trial = 5;
/** Seconds after which costs are measured; the end of the budget is one too. */
const marks = [1, 2, 3, 5, 7.5, 10, 12.5, 15, 17.5, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100, 110];

/**
 * Trains for a number of seconds. γ falls by equal factors to a tenth over as many steps as there will be, which a short
 * run beforehand tells. Time of evaluations is left out; the first three steps, in which programs are compiled, count as the fourth does.
 */
export async function timedRun(racer: TimedRacer): Promise<TimedRun> {
  const short = Math.min(trial, racer.budget / 10);
  const { steps, spent } = await trainFor(racer, short, 1, false);
  const expected = Math.max(1, (racer.budget * steps) / spent);
  const { curve, steps: done, diverged } = await trainFor(racer, racer.budget, expected, true);
  return { curve, steps: done, diverged };
}

/** Trains for so many seconds, over which so many steps are expected. */
async function trainFor(
  { problem, begin, method, tuned, seed, backend }: TimedRacer,
  budget: number,
  expected: number,
  measuring: boolean,
) {
  const { stepsPerEpoch, conditions } = problem;
  const epochs = 1 + Math.ceil((2 * expected) / stepsPerEpoch);
  const schedule = exponentialSchedule(0.1 ** ((epochs * stepsPerEpoch) / expected));
  const left = [...marks.filter((mark) => mark < budget), budget];
  const curve: [number, number][] = [];
  const end = new AbortController();
  let [steps, spent, diverged] = [0, 0, false];
  let last = 0;
  const onStep = async () => {
    const taken = (performance.now() - last) / 1000;
    steps++;
    if (steps > 3) spent += steps === 4 ? 4 * taken : taken;
    if (spent >= (left[0] ?? 0)) {
      while (left.length > 0 && spent >= (left[0] as number)) left.shift();
      if (measuring) {
        const { cost } = await run.evaluate("valid");
        curve.push([Number(spent.toFixed(3)), Number(cost.toFixed(3))]);
      }
      if (left.length === 0) end.abort();
    }
    last = performance.now();
  };
  const optimizer = optimizerOf(method, tuned, { ...conditions, schedule });
  const run = begin({ optimizer, seed, epochs, backend, signal: end.signal, onStep });
  try {
    await run.finish();
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    diverged = true;
  }
  await run.close();
  const lost = curve.some(([, cost]) => !Number.isFinite(cost));
  return {
    curve: lost ? [] : curve,
    steps,
    spent: Math.max(spent, 1e-3),
    diverged: diverged || lost,
  };
}
