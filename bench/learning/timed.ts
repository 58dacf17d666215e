import {
  type Backend,
  bernoulli,
  dataSet,
  fit,
  gatherRows,
  mnist,
  type Optimizer,
  type Run,
} from "metrigrad";
import { autoencoder } from "../../examples/autoencoder/autoencoder.ts";
import type { Conditions } from "./methods.ts";

/** How a run by the clock goes. */
export interface TimedSetting {
  readonly optimizer: Optimizer;
  readonly seed: number;
  /** More than there is time for. */
  readonly epochs: number;
  readonly backend: Backend;
  readonly signal: AbortSignal;
  readonly onStep: () => Promise<void>;
}

/** A model that methods train for as many seconds each. Its validation rows are training rows, on which costs are measured. */
export interface TimedProblem {
  readonly name: string;
  readonly title: string;
  /** Seconds of training of a race, and of a try. */
  readonly budget: number;
  readonly tuning: number;
  readonly stepsPerEpoch: number;
  readonly conditions: Conditions;
  readonly prepare: () => Promise<(setting: TimedSetting) => Run>;
}

const rows = 60_000;
const measured = 10_000;
const batchSize = 500;

/** Every problem by the clock. */
export const timedProblems: readonly TimedProblem[] = [
  {
    name: "autoencoder",
    title:
      "The deep autoencoder of examples/autoencoder (784-1000-500-250-30-250-500-1000-784, sigmoid units, 2.8 million parameters) on 60,000 images of MNIST in batches of 500. Costs are nats per image on 10,000 of the training images, always the same",
    budget: 120,
    tuning: 30,
    stepsPerEpoch: rows / batchSize,
    conditions: {
      samples: 1,
      every: 30,
      averaged: false,
      besideMuon: { parameters: /^dense7\//, learningRate: 0.001 },
      // Turning the bases of axes of 1,000 every ten steps would take nearly all of the time.
      soap: { every: 50, longest: 600 },
    },
    prepare: async () => {
      const { train, inputScale } = await mnist({ seed: 7, split: [rows, 0, 0] });
      const first = Int32Array.from({ length: measured }, (_, row) => row);
      const data = dataSet({
        name: "mnist",
        train: { inputs: train.inputs, targets: "inputs" },
        valid: { inputs: gatherRows(train.inputs, first), targets: "inputs" },
        inputScale: inputScale as number,
      });
      return (how) =>
        fit(autoencoder(), {
          ...{ data, batchSize, ...how },
          likelihood: bernoulli(),
          evaluate: false,
        });
    },
  },
];
