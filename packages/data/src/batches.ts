import { DataError, permutation } from "@metrigrad/tensor";
import { checkSeed } from "./checkSeed.ts";

/** Options of `batches`. */
export interface BatchOptions {
  /** Shuffles by this seed; without it the rows stay in order. */
  readonly seed?: number;
  /** Every epoch has an order of its own; 0 by default. */
  readonly epoch?: number;
  /** Whether to leave out a last batch with fewer rows, as training does; true by default. */
  readonly dropLast?: boolean;
}

/**
 * The row indices of each batch of one pass over n rows: ⌊n/size⌋ arrays of `size` indices, and the
 * rest as a shorter one if `dropLast` is false. A function of its arguments alone.
 *
 * @param n - The number of rows, such as `rowsOf(data.train)`.
 * @param size - Rows of a batch.
 * @param options - The seed and epoch of the order, and whether to leave out a short last batch.
 * @returns The indices; rows of a tensor or a tree are taken by `gatherRows`.
 * @throws DataError for a size below 1, and where every batch would be dropped.
 */
export function batches(n: number, size: number, options: BatchOptions = {}): Int32Array[] {
  const { seed, epoch = 0, dropLast = true } = options;
  checkSizes(n, size, dropLast);
  checkSeed("batches", epoch, "epoch");
  if (seed !== undefined) checkSeed("batches", seed);
  const order =
    seed === undefined
      ? Int32Array.from({ length: n }, (_, row) => row)
      : permutation(n, { seed, path: "data/batches", counter: epoch });
  const count = dropLast ? Math.floor(n / size) : Math.ceil(n / size);
  return Array.from({ length: count }, (_, k) => order.subarray(k * size, (k + 1) * size));
}

function checkSizes(n: number, size: number, dropLast: boolean): void {
  if (!(Number.isInteger(n) && n >= 0 && n < 2 ** 31)) {
    throw new DataError({
      where: "batches",
      must: "the number of rows must be an integer in 0 … 2³¹−1",
      got: `${n}`,
      todo: "pass the first size of the inputs' shape",
    });
  }
  if (!(Number.isInteger(size) && size >= 1)) {
    throw new DataError({
      where: "batches",
      must: "a batch must have an integer number of rows, 1 or more",
      got: `${size}`,
      todo: "choose a batch size such as 50",
    });
  }
  if (dropLast && size > n) {
    throw new DataError({
      where: "batches",
      must: `a batch must have at most as many rows as the data, ${n}`,
      got: `${size}`,
      todo: "choose a smaller batch size, or dropLast: false for one short batch",
    });
  }
}
