import {
  type AnyDataSet,
  type AnySplit,
  dataSet,
  gatherRows,
  isStream,
  rowsOf,
} from "@metrigrad/data";
import type { Module } from "@metrigrad/nn";
import { GraphError, type Tensor, type Tree } from "@metrigrad/tensor";
import { fit } from "@metrigrad/train";
import type { FitOptions } from "../fit.ts";
import { type Measure, steady } from "./measure.ts";

/** Steps in a row, at most; as many as rngd usually keeps a metric. */
const most = 100;

/**
 * Measures how long a step of training takes, for {@link auto}.
 *
 * {@link fit} trains the model for two short epochs on the first rows of the data. The second epoch counts.
 *
 * @param model - The module.
 * @param options - The options of {@link fit}. These have no effect: `backend`, `store`, `epochs`, `evaluate`, `earlyStopping`, `onStep`,
 *   `checkpoint`, `signal`, `report`.
 * @returns The measurement.
 * @throws {@link GraphError} if the data are a stream.
 * @category Backends
 */
export function trainingTime<
  In,
  Out,
  X extends Tree<Tensor> = Tensor,
  Y extends Tree<Tensor> = Tensor,
>(model: Module<In, Out>, options: FitOptions<Out, X, Y>): Measure {
  const { data, batchSize = 1 } = options;
  if (isStream(data)) {
    throw new GraphError({
      where: "trainingTime",
      must: "data must be a data set",
      got: "a stream",
      todo: "pass a data set of a few of its batches",
    });
  }
  const { valid: _, test: __, train, ...reading } = data as unknown as AnyDataSet;
  const rows = rowsOf(train);
  return (backend) =>
    steady(
      async (steps) => {
        const short = dataSet({ ...reading, train: first(train, steps * batchSize) });
        const {
          store: _,
          onStep: __,
          signal: ___,
          earlyStopping: ____,
          checkpoint: _____,
          ...rest
        } = options;
        const own = { ...rest, data: short as unknown as typeof data, backend };
        const run = fit(model, { ...own, epochs: 2, report: false, evaluate: false });
        try {
          const events = await run.finish();
          return events.at(-1)?.seconds as number;
        } finally {
          await run.close();
        }
      },
      Math.min(most, Math.floor(rows / batchSize)),
    );
}

/** The first rows of a split, as far as it has them. */
function first(split: AnySplit, rows: number): AnySplit {
  const length = Math.min(rows, rowsOf(split));
  const chosen = Array.from({ length }, (_, row) => row);
  const { inputs, targets, weights, targetsAre } = split;
  const own = gatherRows(inputs, chosen) as Tree<Tensor>;
  return {
    inputs: own,
    ...(targetsAre === undefined
      ? { targets: gatherRows(targets, chosen) as Tree<Tensor> }
      : { targets: own, targetsAre }),
    ...(weights === undefined ? {} : { weights: gatherRows(weights, chosen) }),
  };
}
