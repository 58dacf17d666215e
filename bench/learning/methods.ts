import {
  adam,
  exponentialSchedule,
  groups,
  metrics,
  momentum,
  muon,
  type Optimizer,
  rngd,
  type Schedule,
  soap,
} from "metrigrad";

/** What is tuned: γ, λ where there is a metric to damp, and the longest step in √nats where one is bounded. */
export interface Tuned {
  readonly learningRate: number;
  readonly absolute?: number;
  readonly klClip?: number;
}

/** What a problem says of all its methods. */
export interface Conditions {
  /** Draws of the model's own responses, in place of the exact expectation. */
  readonly samples?: number | undefined;
  /** Steps between two batches whose factors K-FAC takes; 10 by default. */
  readonly every?: number;
  /** Of γ; it falls by equal factors to a tenth by default. */
  readonly schedule?: Schedule;
}

/** A way to train. */
export interface Method {
  readonly name: string;
  /** Settings that are tried on each problem: as many for every method. */
  readonly settings: Readonly<Record<string, readonly Tuned[]>>;
  readonly make: (tuned: Tuned, conditions: Conditions) => Optimizer;
}

/** γ falls by equal factors to a tenth, for all of them. */
const falling = exponentialSchedule(0.1);

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
      autoencoder: rates(0.0003, 0.001, 0.003, 0.01),
    },
    make: (tuned, { schedule = falling }) => momentum({ schedule, ...tuned }),
  },
  {
    name: "ADAM",
    settings: {
      lenet: rates(0.0005, 0.001, 0.002, 0.004, 0.008, 0.016),
      lstm: rates(0.01, 0.02, 0.04, 0.08, 0.16, 0.32),
      autoencoder: rates(0.00025, 0.0005, 0.001, 0.002),
    },
    make: (tuned, { schedule = falling }) => adam({ schedule, ...tuned }),
  },
  {
    name: "RNGD, linear rows",
    settings: {
      lenet: damped([0.1, 0.2, 0.4], [0.1, 0.5]),
      lstm: damped([0.1, 0.2, 0.4], [0.1, 0.5]),
      autoencoder: [0.05, 0.1, 0.2, 0.4].map((one) => ({ learningRate: one, absolute: one })),
    },
    make: (tuned, { schedule = falling }) => rngd({ schedule, ...tuned }),
  },
  {
    name: "RNGD, K-FAC rows",
    settings: {
      lenet: damped([0.003, 0.006, 0.012], [0.01, 0.03]),
      lstm: damped([0.005, 0.01, 0.02], [0.03, 0.1]),
      autoencoder: damped([0.1, 0.2], [1, 3]).map((one) => ({ ...one, klClip: 3 })),
    },
    make: (tuned, { samples, every = 10, schedule = falling }) =>
      rngd({
        schedule,
        metrics: metrics.kfac({ split: true, ...(samples === undefined ? {} : { samples }) }),
        over: { every },
        ...tuned,
      }),
  },
  {
    // Turning the bases of axes of 1,000 every ten steps would take nearly all of the time.
    name: "SOAP",
    settings: { autoencoder: rates(0.001, 0.002, 0.004, 0.01) },
    make: (tuned, { schedule = falling }) => soap({ schedule, every: 50, longest: 600, ...tuned }),
  },
  {
    // The last layer is ADAM's, as its authors advise.
    name: "Muon",
    settings: { autoencoder: rates(0.1, 0.2, 0.4, 0.8) },
    make: (tuned, { schedule = falling }) =>
      groups({
        "dense7/**": adam({ schedule, learningRate: 0.001 }),
        others: muon({ schedule, ...tuned }),
      }),
  },
];
