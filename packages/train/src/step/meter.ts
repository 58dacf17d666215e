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
  close(): Promise<void>;
}

/** Measures a program. Every 25th run and the second one are profiled, to find the metric's share of the time. */
export function metered<Outputs>(program: Program<Outputs>): MeteredProgram<Outputs> {
  const shares = metricShares(program.plan);
  const { profile } = program;
  const hasMetric = shares.some((share) => share > 0);
  let runs = 0;
  let seconds = 0;
  const sampled = { metric: 0, all: 0 };
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
        if (!hasMetric || profile === null || runs % sampling > 1) {
          await program.run(feeds);
          return;
        }
        // The first run is slower than the others, so it counts only until there is another one.
        if (runs === 1) sampled.metric = sampled.all = 0;
        const steps = await profile(feeds);
        steps.forEach((time, index) => {
          sampled.all += time;
          sampled.metric += time * (shares[index] as number);
        });
      }),
    read: (feeds) => timed(() => program.run(feeds)),
    takeMetricSeconds() {
      const spent = seconds;
      seconds = 0;
      if (!hasMetric || spent === 0) return 0;
      if (sampled.all === 0) return Number.NaN;
      return (spent * sampled.metric) / sampled.all;
    },
    close: () => program.close(),
  };
}
