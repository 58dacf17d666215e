import type { Program } from "@metrigrad/graph";
import { metricShares } from "./metricShare.ts";

/** One of so many runs of a program is measured step by step. */
const sampling = 25;

/** Runs a program and keeps the time that it and its work on the metric take. */
export interface MeteredProgram {
  run(feeds: Parameters<Program<unknown>["run"]>[0]): Promise<void>;
  /** Seconds on the metric since the last call: those of all runs times the sampled share; NaN where unknown. */
  takeMetricSeconds(): number;
  close(): Promise<void>;
}

/** Meters a program: every 25th run, and the second one, is profiled to see what share the metric has. */
export function metered(program: Program<unknown>): MeteredProgram {
  const shares = metricShares(program.plan);
  const { profile } = program;
  const hasMetric = shares.some((share) => share > 0);
  let runs = 0;
  let seconds = 0;
  const sampled = { metric: 0, all: 0 };
  return {
    async run(feeds) {
      const begun = performance.now();
      if (hasMetric && profile !== null && runs % sampling <= 1) {
        // The first run is slower than the others; it counts only until there is another.
        if (runs === 1) sampled.metric = sampled.all = 0;
        const steps = await profile(feeds);
        steps.forEach((time, index) => {
          sampled.all += time;
          sampled.metric += time * (shares[index] as number);
        });
      } else {
        await program.run(feeds);
      }
      runs++;
      seconds += (performance.now() - begun) / 1000;
    },
    takeMetricSeconds() {
      const spent = seconds;
      seconds = 0;
      if (!hasMetric || spent === 0) return 0;
      if (profile === null) return Number.NaN;
      return sampled.all === 0 ? 0 : (spent * sampled.metric) / sampled.all;
    },
    close: () => program.close(),
  };
}
