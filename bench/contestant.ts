/** One way to compute the problem of a case, ready to run. */
export interface Contestant {
  /** The answer, computed before anything is timed; null where it cannot be compared. */
  result(): Promise<ArrayLike<number> | null>;
  /** Seconds that so many runs take, one after another. */
  time(count: number): Promise<number>;
  close(): Promise<void>;
}

/** A contestant of this process: `run` computes once, and what it returns is the answer. */
export function contestant(
  run: () => ArrayLike<number>,
  close: () => void | Promise<void> = () => {},
): Contestant {
  return {
    result: async () => run(),
    time: async (count) => {
      const begun = performance.now();
      for (let i = 0; i < count; i++) run();
      return (performance.now() - begun) / 1000;
    },
    close: async () => close(),
  };
}
