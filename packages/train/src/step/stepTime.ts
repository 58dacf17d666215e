import type { KindTime } from "./meter.ts";

/**
 * The time that the steps of a kind take in one training step.
 *
 * @category Train
 */
export interface StepTime {
  /** The kind of the plan's steps, such as "matmul" or "cholesky". */
  readonly kind: string;
  /** The number of such steps in a training step. It is a mean if training steps differ. */
  readonly count: number;
  /** The seconds of all of them together. */
  readonly seconds: number;
  /** The part of `seconds` that is work on the metric. */
  readonly secondsMetric: number;
}

/** What a program of training steps says of its runs. */
interface Timed {
  readonly runs: number;
  times(): ReadonlyMap<string, KindTime>;
}

/** Returns the mean over programs, each weighted by its runs, the longest first. Programs without a time do not count. */
export function meanTimes(programs: readonly Timed[]): readonly StepTime[] {
  const known = programs.map(({ runs, times }) => ({ runs, times: times() }));
  const counted = known.filter(({ times }) => times.size > 0);
  const all = counted.reduce((sum, { runs }) => sum + runs, 0);
  const means = new Map<string, StepTime>();
  for (const { runs, times } of counted) {
    for (const [kind, time] of times) {
      const before = means.get(kind) ?? { count: 0, seconds: 0, secondsMetric: 0 };
      const weighted = (name: keyof KindTime) => before[name] + (time[name] * runs) / all;
      const [seconds, secondsMetric] = [weighted("seconds"), weighted("secondsMetric")];
      means.set(kind, { kind, count: weighted("count"), seconds, secondsMetric });
    }
  }
  return [...means.values()].sort((a, b) => b.seconds - a.seconds);
}
