/** What is tuned of an optimizer: γ, and the factor of γ at the end of the run (1: constant). */
export interface Tuned {
  readonly learningRate: number;
  /** γ falls by equal factors from 1 to this: γ·end^progress. */
  readonly end: number;
  /** Damping of rngd, where it is tuned too. */
  readonly absolute?: number;
  /** Momentum of rngd, where it is tuned too. */
  readonly momentum?: number;
}

/**
 * The settings of the main job, per architecture and optimizer: what scripts/tune.mjs found best on
 * its grid, by the validation cost after 5 epochs, the mean of three seeds that the job does not use.
 * All results are in docs/tuning.json. The paper's RNGD has a constant step, and `rngd` has its defaults on both networks.
 */
export const tuned: Readonly<Record<string, Readonly<Record<string, Tuned>>>> = {
  plain: {
    sgd: { learningRate: 0.4, end: 0.1 },
    adam: { learningRate: 0.008, end: 0.03 },
    "sgd-average": { learningRate: 0.2, end: 1 },
    "adam-average": { learningRate: 0.004, end: 0.1 },
    "rngd-paper": { learningRate: 0.04, end: 1 },
    rngd: { learningRate: 0.2, end: 0.03 },
  },
  bna: {
    sgd: { learningRate: 0.4, end: 0.03 },
    adam: { learningRate: 0.004, end: 0.01 },
    "sgd-average": { learningRate: 0.4, end: 0.1 },
    "adam-average": { learningRate: 0.004, end: 0.1 },
    "rngd-paper": { learningRate: 0.04, end: 1 },
    rngd: { learningRate: 0.2, end: 0.03 },
  },
};
