import {
  categorical,
  type DataSet,
  dense,
  fit,
  type GpuBackend,
  gpu,
  type Run,
  rngd,
} from "metrigrad";

/** What a user's program says of types. */
export function train(data: DataSet): Run {
  return fit(dense(784, 10), {
    data,
    likelihood: categorical(),
    optimizer: rngd(),
    batchSize: 20,
    epochs: 2,
    seed: 1,
  });
}

export const opened: Promise<GpuBackend> = gpu({ mode: "webgpu" });

// @ts-expect-error: modes are checked
export const wrong = gpu({ mode: "abacus" });

// @ts-expect-error: unknown options are checked
export const unknown = dense(784, 10, { colour: "red" });
