import { adam, exponentialSchedule, metrics, momentum, type Optimizer, rngd } from "metrigrad";

/** What is tuned: γ, and λ where there is a metric to damp. */
export interface Tuned {
  readonly learningRate: number;
  readonly absolute?: number;
}

/** A way to train. */
export interface Method {
  readonly name: string;
  /** Settings that are tried on each problem: as many for every method. */
  readonly settings: Readonly<Record<string, readonly Tuned[]>>;
  /** Makes it; `samples` are the draws of the model's own responses, in place of the exact expectation. */
  readonly make: (tuned: Tuned, samples?: number) => Optimizer;
}

/** γ falls by equal factors to a tenth, for all of them. */
const schedule = exponentialSchedule(0.1);

const rates = (...list: number[]): Tuned[] => list.map((learningRate) => ({ learningRate }));

/** Every γ with every λ. */
const damped = (rateList: readonly number[], dampings: readonly number[]): Tuned[] =>
  dampings.flatMap((absolute) => rateList.map((learningRate) => ({ learningRate, absolute })));

/** The methods that are compared. All but ADAM, which has its own, have momentum 0.9. */
export const methods: readonly Method[] = [
  {
    name: "SGD + momentum",
    settings: {
      lenet: rates(0.0125, 0.025, 0.05, 0.1, 0.2, 0.4),
      lstm: rates(0.0125, 0.025, 0.05, 0.1, 0.2, 0.4),
    },
    make: (tuned) => momentum({ schedule, ...tuned }),
  },
  {
    name: "ADAM",
    settings: {
      lenet: rates(0.0005, 0.001, 0.002, 0.004, 0.008, 0.016),
      lstm: rates(0.01, 0.02, 0.04, 0.08, 0.16, 0.32),
    },
    make: (tuned) => adam({ schedule, ...tuned }),
  },
  {
    name: "RNGD, linear rows",
    settings: {
      lenet: damped([0.1, 0.2, 0.4], [0.1, 0.5]),
      lstm: damped([0.1, 0.2, 0.4], [0.1, 0.5]),
    },
    make: (tuned) => rngd({ schedule, ...tuned }),
  },
  {
    name: "RNGD, K-FAC rows",
    settings: {
      lenet: damped([0.003, 0.006, 0.012], [0.01, 0.03]),
      lstm: damped([0.005, 0.01, 0.02], [0.03, 0.1]),
    },
    make: (tuned, samples) =>
      rngd({
        schedule,
        metrics: metrics.kfac({ split: true, ...(samples === undefined ? {} : { samples }) }),
        over: { every: 10 },
        ...tuned,
      }),
  },
];
