import {
  adam,
  exponentialSchedule,
  fullMetrics,
  metrics,
  momentum,
  type Optimizer,
  paperMetrics,
  type RngdSettings,
  rngd,
  sgd,
  standardMetrics,
} from "metrigrad";

/** What is tuned: γ, and λ where there is a metric to damp. */
export interface Tuned {
  readonly learningRate: number;
  readonly absolute?: number;
}

/** A way to train, with the settings that `tune.ts` found best among its grid. */
export interface Method {
  readonly name: string;
  readonly tuned: Tuned;
  /** Values that were tried, each γ with each λ. */
  readonly grid: {
    readonly learningRate: readonly number[];
    readonly absolute?: readonly number[];
  };
  readonly make: (tuned: Tuned) => Optimizer;
}

/** γ falls by equal factors to a tenth, for all of them. */
const schedule = exponentialSchedule(0.1);

/** RNGD with a metric of the batch at hand, and momentum 0.9 on the preconditioned gradient; evaluated at its last point, as the methods without a metric are. */
function ofBatch(name: string, tuned: Tuned, settings: RngdSettings): Method {
  return {
    name,
    tuned,
    grid: { learningRate: [0.05, 0.1, 0.2, 0.4], absolute: [0.1, 0.5, 2] },
    make: (chosen) => rngd({ ...settings, schedule, average: null, ...chosen }),
  };
}

/**
 * RNGD with an approximation of the whole model's Fisher information. Its entries are those of
 * gradients, much smaller than those of rows x̃x̃', so λ and γ are smaller.
 */
function ofFisher(name: string, tuned: Tuned, settings: RngdSettings): Method {
  const grid = { learningRate: [0.001, 0.003, 0.01, 0.03], absolute: [0.001, 0.01, 0.1] };
  return { ...ofBatch(name, tuned, settings), grid };
}

/** Every method of the suite; the first is what costs are compared with. */
export const methods: readonly Method[] = [
  {
    name: "sgd",
    tuned: { learningRate: 0.4 },
    grid: { learningRate: [0.05, 0.1, 0.2, 0.4, 0.8] },
    make: (tuned) => sgd({ schedule, ...tuned }),
  },
  {
    name: "momentum 0.9",
    tuned: { learningRate: 0.1 },
    grid: { learningRate: [0.0125, 0.025, 0.05, 0.1, 0.2] },
    make: (tuned) => momentum({ schedule, momentum: 0.9, ...tuned }),
  },
  {
    name: "adam",
    tuned: { learningRate: 0.004 },
    grid: { learningRate: [0.0005, 0.001, 0.002, 0.004, 0.008] },
    make: (tuned) => adam({ schedule, ...tuned }),
  },
  {
    name: "rngd(), linear rows",
    tuned: { learningRate: 0.2, absolute: 2 },
    grid: { learningRate: [0.2], absolute: [2] },
    // The default, as it is, with its average.
    make: () => rngd(),
  },
  ofBatch("linear rows", { learningRate: 0.4, absolute: 2 }, {}),
  ofBatch("paper's rows", { learningRate: 0.4, absolute: 2 }, { metrics: paperMetrics }),
  ofBatch("rows by activation", { learningRate: 0.2, absolute: 2 }, { metrics: standardMetrics }),
  ofBatch(
    "full rows (soft-max last)",
    { learningRate: 0.2, absolute: 2 },
    { metrics: fullMetrics },
  ),
  {
    name: "the paper's algorithm",
    tuned: { learningRate: 0.04 },
    grid: { learningRate: [0.005, 0.01, 0.02, 0.04, 0.08] },
    // A running average of all batches, inverted every 100 steps, relative damping, constant γ.
    make: (tuned) => rngd.paper(tuned),
  },
  ofFisher(
    "K-FAC, average of factors",
    { learningRate: 0.001, absolute: 0.001 },
    { metrics: metrics.kfac({ split: true }), over: { average: 0.95, every: 20 } },
  ),
  ofFisher(
    "EKFAC of every 100th batch",
    { learningRate: 0.001, absolute: 0.01 },
    { metrics: metrics.ekfac(), over: { every: 100 } },
  ),
  ofFisher(
    "quasi-diagonal",
    { learningRate: 0.01, absolute: 0.1 },
    { metrics: metrics.quasiDiagonal() },
  ),
  ofFisher("diagonal", { learningRate: 0.001, absolute: 0.01 }, { metrics: metrics.diagonal() }),
];
