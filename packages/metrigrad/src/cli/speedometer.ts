/** How fast steps are done, and how long the rest takes. */
export interface Speedometer {
  /** Notes that so many steps are done, at a time in milliseconds. */
  step(done: number, now: number): void;
  /** Notes that what follows until the next step is no step. */
  pause(): void;
  /** Steps per second of late; null at first. */
  rate(): number | null;
  /** Seconds until so many steps are done, at the pace so far with its pauses; null at first. */
  secondsTo(all: number): number | null;
}

/** Milliseconds over which the rate is taken at least. */
const span = 300;

/** A speedometer that stands at no steps. */
export function speedometer(): Speedometer {
  let first: { done: number; at: number } | null = null;
  let last = { done: 0, at: 0 };
  let from: { done: number; at: number } | null = null;
  let rate: number | null = null;
  return {
    step(done, at) {
      last = { done, at };
      first ??= last;
      from ??= last;
      if (at - from.at < span) return;
      rate = (1000 * (done - from.done)) / (at - from.at);
      from = last;
    },
    pause: () => {
      from = null;
    },
    rate: () => rate,
    secondsTo(all) {
      if (last.done >= all) return 0;
      if (first === null || last.done === first.done || last.at - first.at < span) return null;
      return ((last.at - first.at) / 1000 / (last.done - first.done)) * (all - last.done);
    },
  };
}
