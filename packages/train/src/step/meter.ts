import type { Program } from "@metrigrad/graph";
import { metricShares } from "./metricShare.ts";

/** One of this number of runs of a program is measured step by step. */
const sampling = 25;

/** Runs a program, and measures the time of the program and of its work on the metric. */
export interface MeteredProgram<Outputs> {
  readonly program: Program<Outputs>;
  /** Runs the program without its outputs. */
  run(feeds: Parameters<Program<unknown>["run"]>[0]): Promise<void>;
  /** Runs the program and returns its outputs. Such runs are not measured step by step. */
  read(feeds: Parameters<Program<unknown>["run"]>[0]): Promise<Outputs>;
  /**
   * Returns the seconds on the metric since the last call: the time of all runs times the sampled share. NaN if
   * unknown.
   */
  takeMetricSeconds(): number;
  /** The number of runs so far. */
  readonly runs: number;
  /** Returns the mean time of a measured run, by the kind of the plan's steps; empty if none was measured. */
  times(): ReadonlyMap<string, KindTime>;
  close(): Promise<void>;
}

/** The time of all steps of a kind in one run of a program. */
export interface KindTime {
  readonly count: number;
  readonly seconds: number;
  readonly secondsMetric: number;
}

/** Measures a program. Every 25th run and the second one are profiled, to find where the time goes. */
export function metered<Outputs>(program: Program<Outputs>): MeteredProgram<Outputs> {
  const shares = metricShares(program.plan);
  const { profile } = program;
  const hasMetric = shares.some((share) => share > 0);
  let runs = 0;
  let seconds = 0;
  const { steps } = program.plan;
  const sums = steps.map(() => 0);
  let samples = 0;
  const timed = async <T>(run: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await run();
    runs++;
    seconds += (performance.now() - start) / 1000;
    return result;
  };
  return {
    program,
    run: (feeds) =>
      timed(async () => {
        if (profile === null || runs % sampling > 1) {
          await program.run(feeds);
          return;
        }
        // The first run is slower than the others, so it counts only until there is another one.
        if (runs === 1) {
          sums.fill(0);
          samples = 0;
        }
        const times = await profile(feeds);
        times.forEach((time, index) => {
          sums[index] = (sums[index] as number) + time;
        });
        samples++;
      }),
    read: (feeds) => timed(() => program.run(feeds)),
    takeMetricSeconds() {
      const spent = seconds;
      seconds = 0;
      if (!hasMetric || spent === 0) return 0;
      const all = sums.reduce((sum, time) => sum + time, 0);
      if (all === 0) return Number.NaN;
      const metric = sums.reduce((sum, time, index) => sum + time * (shares[index] as number), 0);
      return (spent * metric) / all;
    },
    get runs() {
      return runs;
    },
    times() {
      const kinds = new Map<string, KindTime>();
      if (samples === 0) return kinds;
      steps.forEach(({ kind }, index) => {
        const { count, ...before } = kinds.get(kind) ?? noTime;
        const own = (sums[index] as number) / samples;
        const seconds = before.seconds + own;
        const secondsMetric = before.secondsMetric + own * (shares[index] as number);
        kinds.set(kind, { count: count + 1, seconds, secondsMetric });
      });
      return kinds;
    },
    close: () => program.close(),
  };
}

const noTime: KindTime = Object.freeze({ count: 0, seconds: 0, secondsMetric: 0 });
