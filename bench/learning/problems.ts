import {
  type Backend,
  categorical,
  type DataSet,
  fit,
  type Optimizer,
  type Run,
  type StepEvent,
} from "metrigrad";
import { lenet } from "../../examples/lenet/lenet.ts";
import { digitImages } from "../../examples/support/digitImages.ts";
import { imageShape } from "../../examples/support/imageCommand.ts";

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
];
