import {
  type Backend,
  categorical,
  type DataSet,
  fit,
  independent,
  type Optimizer,
  type Run,
  type StepEvent,
} from "metrigrad";
import { parts, reader } from "../../examples/character-lstm/character-lstm.ts";
import { sentences } from "../../examples/character-lstm/text.ts";
import { lenet } from "../../examples/lenet/lenet.ts";
import { comments, nextLetters } from "../../examples/support/comments.ts";
import { digitImages } from "../../examples/support/digitImages.ts";
import { imageShape } from "../../examples/support/imageCommand.ts";
import { languageModel, length as letters } from "../../examples/transformer/transformer.ts";
import type { Conditions } from "./methods.ts";

/** How one run goes. */
export interface Setting {
  readonly optimizer: Optimizer;
  readonly seed: number;
  readonly epochs: number;
  readonly backend: Backend;
  /** Whether costs of all training rows are measured after every epoch, or after the last alone. */
  readonly every: boolean;
  /** Gets the loss of every batch. */
  readonly onStep: (event: StepEvent) => void;
}

/** A model and its data. */
export interface Problem {
  readonly name: string;
  /** What it is, in a sentence. */
  readonly title: string;
  readonly epochs: number;
  /** Whether the share of rows predicted right says something. */
  readonly accuracy: boolean;
  readonly conditions: Conditions;
  /** Makes the data once for all runs. */
  readonly prepare: () => Promise<(setting: Setting) => Run>;
}

/** Rows of LeNet's data. The split is the same for all seeds, which choose initial values and order. */
const rows = { rows: 5000, valid: 2000, seed: 7 };

/** Every problem by its name. */
export const problems: readonly Problem[] = [
  {
    name: "lenet",
    title:
      "LeNet-5 of examples/lenet (61,706 parameters) on 5,000 images of MNIST, 2,000 others to validate; batches of 50",
    epochs: 3,
    accuracy: true,
    conditions: { averaged: true, besideMuon: { parameters: /^dense2\//, learningRate: 0.008 } },
    prepare: async () => {
      const data: DataSet = await digitImages(rows);
      return ({ every, epochs, ...how }) =>
        fit(lenet(imageShape(data)), {
          ...{ data, epochs, ...how },
          likelihood: categorical(),
          batchSize: 50,
          stepLoss: true,
          evaluate: { every: every ? 1 : epochs },
        });
    },
  },
  {
    name: "lstm",
    title:
      "The LSTM of examples/character-lstm (32 units) on 1,004 pieces of 40 letters of made-up sentences, 251 others to validate; batches of 20. Costs are those of a piece, in nats; K-FAC has one draw per letter in place of the exact G",
    epochs: 8,
    accuracy: false,
    conditions: {
      samples: 1,
      averaged: true,
      besideMuon: { parameters: /^guess\//, learningRate: 0.08 },
    },
    prepare: async () => {
      const data = sentences({ count: 1500, length: 40, seed: 7 });
      return ({ every, epochs, ...how }) =>
        fit(reader(parts("lstm", 32)), {
          ...{ data, epochs, ...how },
          likelihood: independent(categorical()),
          batchSize: 20,
          stepLoss: true,
          evaluate: { every: every ? 1 : epochs },
        });
    },
  },
  {
    name: "transformer",
    title:
      "The language model of examples/transformer (two blocks of width 32 with four heads, 28,381 parameters) on English comments of npm's `typescript`: 3,518 pieces of 32 letters, 472 others to validate; batches of 32. Costs are those of a piece, in nats; K-FAC has one draw per letter in place of the exact G",
    epochs: 6,
    accuracy: false,
    conditions: {
      samples: 1,
      averaged: true,
      besideMuon: { parameters: /table$|scale$|offset$|^dense0\//, learningRate: 0.004 },
    },
    prepare: async () => {
      const data = nextLetters(comments().slice(0, 130_000), letters);
      return ({ every, epochs, ...how }) =>
        fit(languageModel(2, 32, 4), {
          ...{ data, epochs, ...how },
          likelihood: independent(categorical()),
          batchSize: 32,
          stepLoss: true,
          evaluate: { every: every ? 1 : epochs },
        });
    },
  },
];
