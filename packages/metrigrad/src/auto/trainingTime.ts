import { dataSet, gatherRows, type Split } from "@metrigrad/data";
import type { Module } from "@metrigrad/nn";
import { fit } from "@metrigrad/train";
import type { FitOptions } from "../fit.ts";
import { type Measure, steady } from "./measure.ts";

/** Steps in a row, at most; as many as rngd usually keeps a metric. */
const most = 100;

/**
 * How long a step of training takes, for `auto`: `fit` trains the model for two short epochs on the
 * first rows of the data, and the second one counts. Takes the options of `fit`, of which `backend`,
 * `store`, `epochs`, `onStep` and `report` do not matter. Throws what `fit` throws.
 */
export function trainingTime(model: Module, options: FitOptions): Measure {
  const { data, batchSize } = options;
  const rows = data.train.inputs.shape[0] ?? 0;
  return (backend) =>
    steady(
      async (steps) => {
        const short = dataSet({
          ...data,
          train: first(data.train, steps * batchSize),
          ...(data.valid && { valid: first(data.valid, 0) }),
          ...(data.test && { test: first(data.test, 0) }),
        });
        const { store: _, onStep: __, ...others } = options;
        const run = fit(model, { ...others, data: short, backend, epochs: 2, report: false });
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
function first({ inputs, targets }: Split, rows: number): Split {
  const length = Math.min(rows, inputs.shape[0] ?? 0);
  const chosen = Array.from({ length }, (_, row) => row);
  return { inputs: gatherRows(inputs, chosen), targets: gatherRows(targets, chosen) };
}
