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
  readonly make: (tuned: Tuned) => Optimizer;
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
    settings: { lenet: rates(0.0125, 0.025, 0.05, 0.1, 0.2, 0.4) },
    make: (tuned) => momentum({ schedule, ...tuned }),
  },
  {
    name: "ADAM",
    settings: { lenet: rates(0.0005, 0.001, 0.002, 0.004, 0.008, 0.016) },
    make: (tuned) => adam({ schedule, ...tuned }),
  },
  {
    name: "RNGD, linear rows",
    settings: { lenet: damped([0.1, 0.2, 0.4], [0.1, 0.5]) },
    make: (tuned) => rngd({ schedule, ...tuned }),
  },
  {
    name: "RNGD, K-FAC rows",
    settings: { lenet: damped([0.003, 0.006, 0.012], [0.01, 0.03]) },
    make: (tuned) =>
      rngd({ schedule, metrics: metrics.kfac({ split: true }), over: { every: 10 }, ...tuned }),
  },
];
