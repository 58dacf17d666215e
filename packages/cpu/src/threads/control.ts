/**
 * Words that the threads of a pool share, as byte offsets into one block of zero-filled memory. A word that is polled
 * has a cache line of its own.
 */
export const control = {
  /** Counts jobs and mail. Idle workers wait for it to change. */
  signal: 0,
  /** The number of workers that sleep on `signal`. */
  parked: 4,
  /** Counts jobs, twice each. It is odd while the next three words are written. */
  jobs: 8,
  /** The program of the job, and its function: 0 for the whole run, or 1 + the step. */
  program: 12,
  entry: 16,
  /** The number of shared phases before those of the job. */
  base: 20,
  /** Counts messages, for which workers return to their event loops. */
  mail: 24,
  /** The number of shared phases of all jobs so far. */
  total: 28,
  /** The number of the open phase. */
  phase: 64,
  /** The number of workers that sleep on `phase`. */
  waiting: 68,
  /** The number of parts of the open phase that are done. */
  done: 128,
  /** Whether the first thread sleeps on `done`. */
  joining: 132,
  /** Whether a thread failed, and its message: a length and ASCII. */
  failed: 192,
  textLength: 196,
  text: 200,
  bytes: 1024,
} as const;

/** The bytes behind the block for each part: the last phase in which it was taken, in a cache line of its own. */
export const takenBytes = 64;

/** The number of characters that the text of an error may have. */
export const textLimit = control.bytes - control.text;
