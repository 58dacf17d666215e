import { DataError, permutation } from "@metrigrad/tensor";
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

/** Rows in the train, valid and test splits. */
export type SplitSizes = readonly [train: number, valid: number, test: number];

/** Three parts of a pool of rows. */
export interface Dealt<T> {
  readonly train: T;
  /** May have no rows. */
  readonly valid: T;
  /** May have no rows. */
  readonly test: T;
}

/**
 * Shuffles the rows of one pool by the seed and deals them to train, valid and test, in this order; rows
 * beyond the sum of the sizes are left out. The order depends on the seed and on the number of rows alone,
 * so that the splits of different sizes of one seed start alike.
 *
 * @param pool - `{ inputs, targets, weights? }`, or a list of anything, such as the rows of `readCsv`.
 * @param sizes - Rows in train, valid and test; 0 is allowed.
 * @param options - The seed of the shuffle.
 * @returns The three parts, of the same kind as the pool.
 * @throws DataError where there are fewer rows than asked for, or where the pool is no split.
 */
export function splitRows<Row>(
  pool: readonly Row[],
  sizes: SplitSizes,
  options: { readonly seed: number },
): Dealt<readonly Row[]>;
export function splitRows<const P extends SplitParts>(
  pool: P,
  sizes: SplitSizes,
  options: { readonly seed: number },
): Dealt<Split<TensorsOf<P["inputs"]>, TargetsOf<P>>>;
export function splitRows(
  pool: SplitParts | readonly unknown[],
  sizes: SplitSizes,
  { seed }: { readonly seed: number },
): Dealt<unknown> {
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

/** Chosen rows of a split. */
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
