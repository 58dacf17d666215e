import { checkNames, DataError, permutation } from "@metrigrad/tensor";
import { checkSeed } from "./checkSeed.ts";

/**
 * Options of {@link batches}.
 *
 * @category Data
 */
export interface BatchOptions {
  /** The seed of the shuffle, an integer in 0 … 2³²−1. Without it the rows stay in order. */
  readonly seed?: number;
  /** The number of the epoch, which has an order of its own; 0 by default. */
  readonly epoch?: number;
  /** Whether to leave out a last batch with fewer rows, as training does; true by default. */
  readonly dropLast?: boolean;
}

/**
 * Returns the row indices of each batch of one pass over n rows.
 *
 * There are ⌊n/size⌋ arrays of `size` indices. If `dropLast` is false, the rest follows as a shorter array. The
 * result depends on nothing but the arguments.
 *
 * {@includeCode ../../../examples/api/data/batches.ts#example}
 *
 * @param n - The number of rows, such as `rowsOf(data.train)`.
 * @param size - The number of rows of a batch.
 * @param options - The seed and epoch of the order, and whether to leave out a short last batch.
 * @returns An array of indices for each batch. {@link gatherRows} takes these rows of a tensor or of a tree.
 * @throws {@link DataError} if n, the size, the seed or the epoch is not an integer in its range, or if every batch
 *   would be left out.
 * @category Data
 */
export function batches(n: number, size: number, options: BatchOptions = {}): Int32Array[] {
  checkNames("batches", options, ["seed", "epoch", "dropLast"], DataError);
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
