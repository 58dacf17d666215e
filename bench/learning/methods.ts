import {
  adam,
  exponentialSchedule,
  groups,
  metrics,
  momentum,
  muon,
  type Optimizer,
  polynomialAverage,
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
  /** What ADAM trains beside Muon, whose authors advise it for embeddings, vectors and the last layer. */
  readonly besideMuon: { readonly parameters: RegExp; readonly learningRate: number };
  /** How SOAP saves time where axes are long. */
  readonly soap?: { readonly every: number; readonly longest: number };
  /** Whether the average of the points of the steps is evaluated, that of `rngd()`, for all of them. */
  readonly averaged: boolean;
}

/** A way to train. */
export interface Method {
  readonly name: string;
  /** Settings that are tried on each problem: as many for every method. */
  readonly settings: Readonly<Record<string, readonly Tuned[]>>;
  readonly make: (tuned: Tuned, conditions: Conditions) => Optimizer;
  /** Whether its steps are so short that it races for twice the epochs too; false by default. */
  readonly isShort?: boolean;
}

/** The optimizer of a method under the conditions of a problem. */
export function optimizerOf({ make }: Method, tuned: Tuned, conditions: Conditions): Optimizer {
  const made = make(tuned, conditions);
  return conditions.averaged ? polynomialAverage(made) : made;
}

/** γ falls by equal factors to a tenth, for all of them. */
const falling = exponentialSchedule(0.1);

const rates = (...list: number[]): Tuned[] => list.map((learningRate) => ({ learningRate }));

/** Every γ with every λ. */
const damped = (rateList: readonly number[], dampings: readonly number[]): Tuned[] =>
  dampings.flatMap((absolute) => rateList.map((learningRate) => ({ learningRate, absolute })));

/** γ and λ the same. */
const equal = (...list: number[]): Tuned[] =>
  list.map((learningRate) => ({ learningRate, absolute: learningRate }));

/** γ three tenths of λ. */
const steep = (...list: number[]): Tuned[] =>
  list.map((absolute) => ({ learningRate: Number((0.3 * absolute).toPrecision(2)), absolute }));

const clipped = (klClip: number) => (one: Tuned) => ({ ...one, klClip });

/** The methods that are compared. ADAM, SOAP and Muon have the means of their authors, all others momentum 0.9. */
export const methods: readonly Method[] = [
  {
    name: "SGD + momentum",
    isShort: true,
    settings: {
      lenet: rates(0.0125, 0.025, 0.05, 0.1, 0.2, 0.4),
      lstm: rates(0.0125, 0.025, 0.05, 0.1, 0.2, 0.4),
      transformer: rates(0.003, 0.00625, 0.0125, 0.025, 0.05, 0.1),
      autoencoder: rates(0.0003, 0.001, 0.003, 0.01),
    },
    make: (tuned, { schedule = falling }) => momentum({ schedule, ...tuned }),
  },
  {
    name: "ADAM",
    isShort: true,
    settings: {
      lenet: rates(0.0005, 0.001, 0.002, 0.004, 0.008, 0.016),
      lstm: rates(0.01, 0.02, 0.04, 0.08, 0.16, 0.32),
      transformer: rates(0.002, 0.004, 0.008, 0.016, 0.032, 0.064),
      autoencoder: rates(0.00025, 0.0005, 0.001, 0.002),
    },
    make: (tuned, { schedule = falling }) => adam({ schedule, ...tuned }),
  },
  {
    name: "RNGD, linear rows",
    settings: {
      lenet: [...equal(0.025, 0.05, 0.1, 0.2, 0.4), { learningRate: 0.4, absolute: 1 }],
      lstm: damped([0.2, 0.4, 0.8], [0.5, 1]),
      transformer: damped([0.1, 0.2], [0.1, 0.5, 2]).map(clipped(0.3)),
      autoencoder: equal(0.05, 0.1, 0.2, 0.4),
    },
    make: (tuned, { schedule = falling }) => rngd({ schedule, average: null, ...tuned }),
  },
  {
    name: "RNGD, K-FAC rows",
    settings: {
      lenet: steep(0.005, 0.01, 0.02, 0.04, 0.08, 0.16),
      lstm: damped([0.02, 0.04, 0.08], [0.1, 0.3]),
      transformer: damped([0.02, 0.04], [0.1, 0.3, 1]),
      autoencoder: damped([0.1, 0.2], [1, 3]).map(clipped(3)),
    },
    make: (tuned, { samples, every = 10, schedule = falling }) =>
      rngd({
        ...{ schedule, average: null },
        metrics: metrics.kfac({ split: true, ...(samples === undefined ? {} : { samples }) }),
        over: { every },
        ...tuned,
      }),
  },
  {
    name: "SOAP",
    settings: {
      lenet: rates(0.001, 0.002, 0.004, 0.008, 0.016, 0.032),
      lstm: rates(0.005, 0.01, 0.02, 0.04, 0.08, 0.16),
      transformer: rates(0.002, 0.004, 0.008, 0.016, 0.032, 0.064),
      autoencoder: rates(0.001, 0.002, 0.004, 0.01),
    },
    make: (tuned, { schedule = falling, soap: saved = {} }) =>
      soap({ schedule, ...saved, ...tuned }),
  },
  {
    name: "Muon",
    settings: {
      lenet: rates(0.0125, 0.025, 0.05, 0.1, 0.2, 0.4),
      lstm: rates(0.0125, 0.025, 0.05, 0.1, 0.2, 0.4),
      transformer: rates(0.0125, 0.025, 0.05, 0.1, 0.2, 0.4),
      autoencoder: rates(0.1, 0.2, 0.4, 0.8),
    },
    make: (tuned, { schedule = falling, besideMuon: { parameters, learningRate } }) =>
      groups([
        [(path) => parameters.test(path), adam({ schedule, learningRate })],
        [() => true, muon({ schedule, ...tuned })],
      ]),
  },
];
