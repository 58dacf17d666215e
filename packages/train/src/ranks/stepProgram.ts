import { compile, type Feeds } from "@metrigrad/graph";
import type { Communicator, Handle, Store } from "@metrigrad/tensor";
import { type KindTime, type MeteredProgram, metered } from "../step/meter.ts";
import type { Stage } from "./cut.ts";
import { exchange, stagesOn } from "./stages.ts";
import type { Whole } from "./whole.ts";

/** The program of a training step: one program, or one for each stage between the exchanges of its ranks. */
export interface StepProgram {
  /** Runs the step without its outputs. */
  run(feeds: Feeds): Promise<void>;
  /** Runs the step and returns its outputs. */
  read(feeds: Feeds): Promise<readonly Handle[]>;
  /** Returns the seconds on the metric since the last call; NaN if unknown. */
  takeMetricSeconds(): number;
  readonly runs: number;
  /** The number of dispatches of a step; null if the backend records none. */
  readonly dispatches: number | null;
  times(): ReadonlyMap<string, KindTime>;
  close(): Promise<void>;
}

/** One stage, ready to run. */
interface Ready {
  readonly program: MeteredProgram<readonly Handle[]>;
  readonly stage: Stage;
}

/** Compiles a step. Throws what `compile` throws, and GraphError for a step that the ranks cannot take together. */
export async function stepProgram(
  store: Store,
  whole: Whole,
  communicator: Communicator | null,
): Promise<StepProgram> {
  const { stages, variables } = await stagesOn(store, whole, communicator ?? { rank: 0, size: 1 });
  const ready: Ready[] = [];
  for (const stage of stages) {
    const { outputs, updates } = stage;
    ready.push({ program: metered(await compile({ outputs, updates }, store)), stage });
  }
  const last = ready.at(-1) as Ready;
  const exchanges = { runs: 0, seconds: 0 };
  /** Runs the stages before the last one. */
  const before = async (feeds: Feeds): Promise<void> => {
    exchanges.runs++;
    for (const { program, stage } of ready) {
      if (stage === stages.at(-1) || communicator === null) return;
      await program.run(feedsOf(program, feeds));
      const start = performance.now();
      await exchange(communicator, store, stage);
      exchanges.seconds += (performance.now() - start) / 1000;
    }
  };
  return {
    async run(feeds) {
      await before(feeds);
      await last.program.run(feedsOf(last.program, feeds));
    },
    async read(feeds) {
      await before(feeds);
      return last.program.read(feedsOf(last.program, feeds));
    },
    takeMetricSeconds: () =>
      ready.reduce((sum, { program }) => sum + program.takeMetricSeconds(), 0),
    get runs() {
      return last.program.runs;
    },
    dispatches: sumOf(ready.map(({ program }) => program.program.dispatches)),
    times: () => timesOf(ready, exchanges),
    async close() {
      for (const { program } of ready) await program.close();
      await store.remove(variables.map(({ attrs }) => attrs));
    },
  };
}

/** Returns the feeds that a program takes, since its graph may leave some unused. */
function feedsOf({ program }: MeteredProgram<unknown>, feeds: Feeds): Feeds {
  const own = program.plan.feeds.map(({ name }) => [name, feeds[name]] as const);
  return Object.fromEntries(own) as Feeds;
}

/** Returns the sum; null if a part is unknown. */
function sumOf(parts: readonly (number | null)[]): number | null {
  return parts.reduce((sum, part) => (sum === null || part === null ? null : sum + part), 0);
}

/** The times of all stages, and of the exchanges between them. */
function timesOf(
  ready: readonly Ready[],
  { runs, seconds }: { readonly runs: number; readonly seconds: number },
): ReadonlyMap<string, KindTime> {
  const all = new Map<string, KindTime>();
  const add = (kind: string, time: KindTime) => {
    const known = all.get(kind) ?? { count: 0, seconds: 0, secondsMetric: 0 };
    all.set(kind, {
      count: known.count + time.count,
      seconds: known.seconds + time.seconds,
      secondsMetric: known.secondsMetric + time.secondsMetric,
    });
  };
  for (const { program } of ready) for (const [kind, time] of program.times()) add(kind, time);
  const count = ready.length - 1;
  if (count > 0 && runs > 0) add("exchange", { count, seconds: seconds / runs, secondsMetric: 0 });
  return all;
}
