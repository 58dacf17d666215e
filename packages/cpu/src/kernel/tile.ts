import type { KernelOptions } from "../options.ts";

/**
 * Returns rows and columns of the product micro-kernel.
 *
 * There are as many accumulators as leave registers for one row of B, one element of A and, without a fused
 * multiply-add, one product (15 registers).
 */
export function tileOf({ relaxed, floats }: KernelOptions): {
  readonly rows: number;
  readonly cols: number;
} {
  return { rows: relaxed ? 6 : 5, cols: 2 * floats.lanes };
}

/** The number of rows of A that are packed at a time, a multiple of both tiles. */
export const blockRows = 120;
/** The number of columns of B that are packed at a time. */
export const blockCols = 256;

/** Returns the number of terms that are packed at a time, at most. */
export function blockTerms({ floats }: KernelOptions): number {
  return 1536 / floats.bytes;
}

/** Returns the terms per block for a product over `k` terms, so that blocks are equal and have at most `blockTerms`. */
export function termsPerBlock(k: number, options: KernelOptions): number {
  const blocks = Math.ceil(k / blockTerms(options));
  return blocks <= 1 ? Math.max(k, 1) : Math.ceil(k / blocks);
}

/**
 * Returns the bytes of a term in a panel of rows that tables describe: as many whole vectors as the tile's rows need.
 */
export function rowTermBytes(options: KernelOptions): number {
  return 16 * Math.ceil(tileOf(options).rows / options.floats.lanes);
}

/** The bytes of an output tile of any size. */
export const tileBytes = 256;

/** Returns the bytes that a product needs for packed blocks and one tile. */
export function productScratch(m: number, n: number, k: number, options: KernelOptions): number {
  const tile = tileOf(options);
  const terms = termsPerBlock(k, options);
  const rows = Math.min(m, blockRows);
  const cols = Math.min(Math.ceil(n / tile.cols) * tile.cols, blockCols);
  return tileBytes + options.floats.bytes * terms * (rows + cols) + 64;
}
