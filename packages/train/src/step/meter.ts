import type { Program } from "@metrigrad/graph";
import { metricShares } from "./metricShare.ts";

/** One of so many runs of a program is measured step by step. */
const sampling = 25;

/** Runs a program and keeps the time that it and its work on the metric take. */
export interface MeteredProgram<Outputs> {
  readonly program: Program<Outputs>;
  /** Runs without giving the outputs. */
  run(feeds: Parameters<Program<unknown>["run"]>[0]): Promise<void>;
  /** Runs and gives the outputs; such runs are not measured step by step. */
  read(feeds: Parameters<Program<unknown>["run"]>[0]): Promise<Outputs>;
  /** Seconds on the metric since the last call: those of all runs times the sampled share; NaN where unknown. */
  takeMetricSeconds(): number;
  close(): Promise<void>;
}

/** Meters a program: every 25th run, and the second one, is profiled to see what share the metric has. */
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
        // The first run is slower than the others; it counts only until there is another.
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
