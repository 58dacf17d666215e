import {
  type Backend,
  batchNorm,
  categorical,
  type DataSet,
  dataSet,
  dense,
  fit,
  gatherRows,
  mnist,
  type Optimizer,
  type Run,
  relu,
  type Split,
  sequential,
} from "metrigrad";
import { paperWidths } from "../network.ts";

/** MNIST with fewer rows: an epoch of batches of 50 is then 200 steps, and judging it takes little time. */
export async function shortMnist(): Promise<DataSet> {
  const data = await mnist();
  const first = ({ inputs, targets }: Split, n: number) => {
    const rows = Array.from({ length: n }, (_, i) => i);
    return { inputs: gatherRows(inputs, rows), targets: gatherRows(targets, rows) };
  };
  return dataSet({
    ...data,
    train: first(data.train, 10000),
    valid: first(data.valid, 100),
    test: first(data.test, 100),
  });
}

/** What a run of the paper's network needs. */
export interface MnistRun {
  readonly data: DataSet;
  readonly optimizer: Optimizer;
  readonly backend: Backend;
  readonly epochs: number;
  /** Whether hidden layers are followed by batch normalisation. */
  readonly normalised: boolean;
}

/** The paper's network in training by `fit`, batch 50, L2 of 10⁻³. */
export function mnistRun({ normalised, ...options }: MnistRun): Run {
  const likelihood = categorical();
  return fit(network(normalised), { ...options, likelihood, batchSize: 50, seed: 1, l2: 1e-3 });
}

function network(normalised: boolean) {
  const pairs = paperWidths.slice(1).map((outputs, at) => [paperWidths[at] ?? 1, outputs] as const);
  const modules = pairs.flatMap(([inputs, outputs], at) => {
    if (at === pairs.length - 1) return [dense(inputs, outputs)];
    const hidden = dense(inputs, outputs, { activation: relu });
    return normalised ? [hidden, batchNorm(outputs)] : [hidden];
  });
  return sequential(...modules);
}
