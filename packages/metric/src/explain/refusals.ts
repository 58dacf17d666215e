import { MetricError } from "@metrigrad/tensor";

/** Throws MetricError unless the batch size is a positive integer. */
export function checkBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize > 0) return;
  throw new MetricError({
    where: "explain",
    must: "batchSize must be a positive integer",
    got: String(batchSize),
    todo: "pass the number of rows: { batchSize: 50 }, or 50",
  });
}

/** Makes the error for a backend without `describe`. */
export function noBackend(): MetricError {
  return new MetricError({
    where: "explain",
    must: "backend must be a backend",
    got: "something without describe()",
    todo: "pass what await cpu() or await gpu() gives",
  });
}
