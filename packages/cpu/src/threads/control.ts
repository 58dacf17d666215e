/**
 * Words that the threads of a pool share, as byte offsets into one block of zero-filled memory. What
 * is polled has a cache line of its own.
 */
export const control = {
  /** Counts jobs and mail; idle workers wait for it to change. */
  signal: 0,
  /** Workers that sleep on `signal`. */
  parked: 4,
  /** Counts jobs, twice each; odd while the next three words are written. */
  jobs: 8,
  /** The program of the job, and which of its functions: 0 for the whole run, else 1 + the step. */
  program: 12,
  entry: 16,
  /** Shared phases before those of the job. */
  base: 20,
  /** Counts messages, for which workers return to their event loops. */
  mail: 24,
  /** Shared phases of all jobs so far. */
  total: 28,
  /** The number of the open phase. */
  phase: 64,
  /** Workers that sleep on `phase`. */
  waiting: 68,
  /** Parts of the open phase that are done. */
  done: 128,
  /** Whether the first thread sleeps on `done`. */
  joining: 132,
  /** Whether a thread failed, and what it said: a length and ASCII. */
  failed: 192,
  textLength: 196,
  text: 200,
  bytes: 1024,
} as const;

/** For each part the last phase in which it was taken, a cache line each, behind the block. */
export const takenBytes = 64;

/** Characters that an error's text may have. */
export const textLimit = control.bytes - control.text;
