import { checkNames, DataError, permutation } from "@metrigrad/tensor";
import { checkSeed } from "./checkSeed.ts";
import { gatherRows } from "./gatherRows.ts";
import {
  type AnySplit,
  readSplit,
  rowsOf,
  type Split,
  type SplitParts,
  type TargetsOf,
  type TensorsOf,
} from "./split.ts";

/**
 * The number of rows in the train, valid and test splits.
 *
 * @category Data
 */
export type SplitSizes = readonly [train: number, valid: number, test: number];

/**
 * The three parts of a pool of rows.
 *
 * @category Data
 */
export interface Dealt<T> {
  /** The rows to train on. */
  readonly train: T;
  /** The rows to validate on; there may be none. */
  readonly valid: T;
  /** The rows to test on; there may be none. */
  readonly test: T;
}

/**
 * Shuffles the rows of one pool by the seed, and deals them to train, valid and test, in this order.
 *
 * Rows beyond the sum of the sizes are left out. The order depends on the seed and on the number of rows only, so the
 * splits of one seed start with the same rows for all sizes.
 *
 * @param pool - A list of anything, such as the rows of {@link readCsv}.
 * @param sizes - The number of rows in train, valid and test; 0 is allowed.
 * @param options - The seed of the shuffle, an integer in 0 … 2³²−1.
 * @returns The three lists.
 * @throws {@link DataError} if the sizes are not integers, if there are fewer rows than they need, or if the seed is
 *   not in its range.
 * @category Data
 */
export function splitRows<Row>(
  pool: readonly Row[],
  sizes: SplitSizes,
  options: { readonly seed: number },
): Dealt<readonly Row[]>;
/**
 * Shuffles the rows of a pool of inputs and targets by the seed, and deals them to train, valid and test, in this
 * order.
 *
 * @param pool - `{ inputs, targets, weights? }`.
 * @param sizes - The number of rows in train, valid and test; 0 is allowed.
 * @param options - The seed of the shuffle, an integer in 0 … 2³²−1.
 * @returns The three splits.
 * @throws {@link DataError} if the pool is not a split, or if the seed is not in its range. Also if the sizes are not
 *   integers, or if there are fewer rows than they need.
 * @category Data
 */
export function splitRows<const P extends SplitParts>(
  pool: P,
  sizes: SplitSizes,
  options: { readonly seed: number },
): Dealt<Split<TensorsOf<P["inputs"]>, TargetsOf<P>>>;
export function splitRows(
  pool: SplitParts | readonly unknown[],
  sizes: SplitSizes,
  options: { readonly seed: number },
): Dealt<unknown> {
  checkNames("splitRows", options, ["seed"], DataError);
  const { seed } = options;
  checkSeed("splitRows", seed);
  if (Array.isArray(pool)) {
    return deal(pool.length, sizes, seed, (rows) =>
      Array.from(rows, (row) => pool[row] as unknown),
    );
  }
  const split = readSplit("splitRows", "pool", pool, () => undefined);
  const { inputScale } = pool as SplitParts;
  return deal(rowsOf(split), sizes, seed, (rows) => ({
    ...gatherSplit(split, rows),
    ...(inputScale === undefined ? {} : { inputScale }),
  }));
}

/** Returns chosen rows of a split. */
function gatherSplit(
  { inputs, targets, weights, targetsAre }: AnySplit,
  rows: ArrayLike<number>,
): AnySplit {
  const chosen = gatherRows(inputs, rows);
  return {
    inputs: chosen,
    ...(targetsAre === undefined
      ? { targets: gatherRows(targets, rows) }
      : { targets: chosen, targetsAre }),
    ...(weights === undefined ? {} : { weights: gatherRows(weights, rows) }),
  };
}

function deal<T>(
  rows: number,
  sizes: SplitSizes,
  seed: number,
  gather: (rows: Int32Array) => T,
): Dealt<T> {
  const [train, valid, test] = sizes;
  const total = train + valid + test;
  if (!sizes.every((size) => Number.isInteger(size) && size >= 0) || !(total <= rows)) {
    throw new DataError({
      where: "splitRows",
      must: `the sizes must be three non-negative integers with a sum of at most ${rows}, the rows there are`,
      got: `[${sizes.join(", ")}]`,
      todo: "ask for fewer rows",
    });
  }
  const order = permutation(rows, { seed, path: "data/split" });
  return {
    train: gather(order.subarray(0, train)),
    valid: gather(order.subarray(train, train + valid)),
    test: gather(order.subarray(train + valid, total)),
  };
}
