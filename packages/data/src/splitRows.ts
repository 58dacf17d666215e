import { DataError, permutation } from "@metrigrad/tensor";
import { checkSeed } from "./checkSeed.ts";
import type { Split } from "./dataSet.ts";
import { gatherRows } from "./gatherRows.ts";

/** Rows in the train, valid and test splits. */
export type SplitSizes = readonly [train: number, valid: number, test: number];

/**
 * Shuffles the rows of one pool by the seed and deals them to train, valid and test, in this order;
 * rows beyond the sum of the sizes are left out. The order depends on the seed and on the number of
 * rows alone, so that the splits of different sizes of one seed start alike. Throws DataError where
 * there are fewer rows than asked for.
 */
export function splitRows(
  pool: Split,
  sizes: SplitSizes,
  { seed }: { readonly seed: number },
): { train: Split; valid: Split; test: Split } {
  const rows = pool.inputs.shape[0] ?? 0;
  const [train, valid, test] = sizes;
  const total = train + valid + test;
  checkSeed("splitRows", seed);
  if (!sizes.every((size) => Number.isInteger(size) && size >= 0) || total > rows) {
    throw new DataError({
      where: "splitRows",
      must: `the sizes must be non-negative integers with a sum of at most ${rows}, the rows there are`,
      got: `[${sizes.join(", ")}]`,
      todo: "ask for fewer rows",
    });
  }
  const order = permutation(rows, { seed, path: "data/split" });
  const deal = (from: number, to: number): Split => {
    const chosen = order.subarray(from, to);
    return { inputs: gatherRows(pool.inputs, chosen), targets: gatherRows(pool.targets, chosen) };
  };
  return {
    train: deal(0, train),
    valid: deal(train, train + valid),
    test: deal(train + valid, total),
  };
}
