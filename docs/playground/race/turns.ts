import { type Backend, DivergenceError, type Optimizer } from "metrigrad";
import type { Runner, Task } from "./task.ts";

/** A measure along a run. */
export interface Lap {
  readonly name: string;
  /** Seconds of this optimizer's own steps. */
  readonly seconds: number;
  readonly steps: number;
  readonly measures: Readonly<Record<string, number>>;
}

/** How an optimizer ended early. */
export interface Fallen {
  readonly name: string;
  readonly message: string;
}

/** What a race is told. */
export interface RaceTold {
  readonly lap: (lap: Lap) => void;
  readonly fallen: (fallen: Fallen) => void;
  /** Whether the race should end. */
  readonly stopped: () => boolean;
}

/** Seconds of a turn, at least one step. */
const turn = 0.04;
/** Seconds for which the pace of an optimizer is measured before a race of so many seconds. */
const trial = (seconds: number) => Math.min(1, Math.max(0.25, seconds / 20));
/** Steps of an optimizer that are not timed: they compile and warm up. */
const warmUp = 3;
/** Measures in a race. */
const marks = 40;

/** Gives the messages of the page a chance. */
export function breathe(): Promise<void> {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      port2.close();
      done();
    };
    port2.postMessage(null);
  });
}

interface Lane {
  readonly name: string;
  readonly runner: Runner;
  seconds: number;
  steps: number;
  /** The number of measures so far. */
  marks: number;
  done: boolean;
}

/**
 * Runs optimizers in turns for so many seconds of steps each, and reports measures on the way. The one that had the least time so far
 * has the next turn. Compilation, measures and the turns of others do not count.
 */
export async function raceInTurns(
  task: Task,
  backend: Backend,
  list: readonly (readonly [name: string, make: () => Optimizer])[],
  seconds: number,
  told: RaceTold,
): Promise<void> {
  const lanes: Lane[] = [];
  try {
    for (const [name, make] of list) {
      if (told.stopped()) return;
      const lane = await attempt(name, told, () => opened(task, backend, name, make, seconds));
      if (lane !== null) lanes.push(lane);
    }
    for (;;) {
      await breathe();
      const open = lanes.filter(({ done }) => !done);
      if (open.length === 0 || told.stopped()) return;
      const lane = open.reduce((a, b) => (b.seconds < a.seconds ? b : a));
      const went = await attempt(lane.name, told, () => takeTurn(lane, seconds, told));
      if (went === null) lane.done = true;
    }
  } finally {
    for (const { runner } of lanes) await runner.close();
  }
}

/** Does some work of an optimizer; a divergence ends this optimizer alone. */
async function attempt<T>(name: string, told: RaceTold, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    told.fallen({ name, message: error.message });
    return null;
  }
}

/**
 * Measures the pace on a run of its own, then starts the one that counts. Schedules follow the number of steps that fit into the time at
 * this pace; further steps keep the last rate.
 */
async function opened(
  task: Task,
  backend: Backend,
  name: string,
  make: () => Optimizer,
  seconds: number,
): Promise<Lane> {
  const scout = await task.start(backend, make(), 1_000_000);
  let pace: number;
  try {
    for (let i = 0; i < warmUp; i++) await scout.step();
    await scout.settle();
    const { steps, seconds: took } = await stepsFor(scout, trial(seconds));
    pace = steps / took;
  } finally {
    await scout.close();
  }
  const runner = await task.start(backend, make(), Math.max(2, Math.ceil(pace * seconds)));
  return { name, runner, seconds: 0, steps: 0, marks: 0, done: false };
}

/** Does steps for so many seconds, one at least. */
async function stepsFor(runner: Runner, seconds: number) {
  const start = performance.now();
  let steps = 0;
  do {
    await runner.step();
    steps++;
  } while (performance.now() - start < 1000 * seconds);
  await runner.settle();
  return { steps, seconds: (performance.now() - start) / 1000 };
}

async function takeTurn(lane: Lane, limit: number, told: RaceTold): Promise<true> {
  const { name, runner } = lane;
  if (lane.steps === 0) {
    told.lap({ name, seconds: 0, steps: 0, measures: await runner.measure() });
    // The first step compiles its program, so it is not timed.
    await runner.step();
    await runner.settle();
    lane.steps = 1;
  }
  const { steps, seconds } = await stepsFor(runner, turn);
  lane.steps += steps;
  lane.seconds += seconds;
  lane.done = lane.seconds >= limit;
  const due = Math.floor((marks * lane.seconds) / limit);
  if (due > lane.marks || lane.done) {
    lane.marks = due;
    told.lap({ name, seconds: lane.seconds, steps: lane.steps, measures: await runner.measure() });
  }
  return true;
}
