/**
 * Words that the threads of a pool share, as byte offsets into one block of zero-filled memory. What
 * is polled has a cache line of its own.
 */
export const control = {
  /** Counts jobs and mail; idle workers wait for it to change. */
  signal: 0,
  /** Workers that sleep on `signal`. */
  parked: 4,
  /** Counts jobs, which workers run at once. */
  jobs: 8,
  /** The program of the job, and which of its functions: 0 for the whole run, else 1 + the step. */
  program: 12,
  entry: 16,
  /** Counts messages, for which workers return to their event loops. */
  mail: 20,
  /** Threads that have come to the barrier. */
  arrived: 64,
  /** Counts barriers that all threads came to. */
  turn: 128,
  /** Threads that sleep on `turn`. */
  waiting: 132,
  /** Whether a thread failed, and what it said: a length and ASCII. */
  failed: 192,
  textLength: 196,
  text: 200,
  bytes: 1024,
} as const;

/** Characters that an error's text may have. */
export const textLimit = control.bytes - control.text;
