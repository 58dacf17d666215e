import { type Backend, DivergenceError, type EpochEvent, type Run } from "metrigrad";
import { type Conditions, type Method, optimizerOf, type Tuned } from "./methods.ts";
import type { Setting } from "./problems.ts";

/** One epoch of a run. */
export interface EpochRecord {
  readonly trainCost: number | null;
  readonly validCost: number | null;
  readonly validAccuracy: number | null;
  /** Seconds of training by the clock. */
  readonly seconds: number;
  /** Seconds of training that the processor worked. */
  readonly worked: number;
}

/** One run of a method. */
export interface RunRecord {
  readonly epochs: readonly EpochRecord[];
  /** The loss of each batch before its step, in nats, rounded. */
  readonly losses: readonly number[];
  readonly diverged: boolean;
}

/** A method with its setting, in a race. */
export interface Racer {
  readonly method: Method;
  readonly tuned: Tuned;
  /** Epochs, over which γ falls. */
  readonly passes: number;
  readonly conditions: Conditions;
}

/**
 * Trains by several methods from the same initial values on the same batches, an epoch of each in turn, so
 * that what else the machine does meets all of them alike.
 */
export async function race(
  begin: (setting: Setting) => Run,
  racers: readonly Racer[],
  how: { readonly seed: number; readonly backend: Backend; readonly every: boolean },
): Promise<RunRecord[]> {
  const running = racers.map(({ method, tuned, passes, conditions }) => {
    const meter = workMeter();
    const losses: number[] = [];
    const onStep: Setting["onStep"] = ({ loss = Number.NaN }) => {
      meter.step();
      losses.push(Number(loss.toFixed(4)));
    };
    const run = begin({
      ...how,
      epochs: passes,
      optimizer: optimizerOf(method, tuned, conditions),
      onStep,
    });
    const epochs: EpochRecord[] = [];
    return {
      run,
      passes,
      iterator: run[Symbol.asyncIterator](),
      meter,
      losses,
      epochs,
      diverged: false,
    };
  });
  const most = Math.max(...racers.map(({ passes }) => passes));
  for (let epoch = 0; epoch < most; epoch++) {
    for (const racer of running) {
      if (racer.diverged || racer.passes <= epoch) continue;
      try {
        racer.meter.start();
        const { value, done } = await racer.iterator.next();
        if (!done) racer.epochs.push(recordOf(value, racer.meter.seconds()));
      } catch (error) {
        if (!(error instanceof DivergenceError)) throw error;
        racer.diverged = true;
      }
    }
  }
  for (const { run } of running) await run.close();
  return running.map(({ epochs, losses, diverged }) => ({ epochs, losses, diverged }));
}

function recordOf(event: EpochEvent, worked: number): EpochRecord {
  const { trainCost = null, validCost = null, validAccuracy = null, seconds } = event;
  const [wall, own] = [seconds, worked].map((value) => Number(value.toFixed(3))) as [
    number,
    number,
  ];
  return { trainCost, validCost, validAccuracy, seconds: wall, worked: own };
}

/** Measures processor time from step to step; the first step of an epoch counts as the mean of the others. */
function workMeter() {
  let last: number | null = null;
  let [sum, steps] = [0, 0];
  return {
    start() {
      [last, sum, steps] = [null, 0, 0];
    },
    step() {
      const { user, system } = process.cpuUsage();
      const now = (user + system) / 1e6;
      if (last !== null) sum += now - last;
      last = now;
      steps++;
    },
    seconds: () => (sum * steps) / Math.max(1, steps - 1),
  };
}
