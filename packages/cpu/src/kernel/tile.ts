import type { KernelOptions } from "../options.ts";

/**
 * Rows and columns of the product micro-kernel: as many accumulators as leave registers for one
 * row of B, one element of A and, without a fused multiply-add, one product (15 registers).
 */
export function tileOf({ relaxed }: KernelOptions): {
  readonly rows: number;
  readonly cols: number;
} {
  return { rows: relaxed ? 6 : 5, cols: 8 };
}

/** Rows of A packed at a time, a multiple of both tiles. */
export const blockRows = 120;
/** Columns of B packed at a time. */
export const blockCols = 256;
/** Terms packed at a time, at most. */
export const blockTerms = 384;

/** Terms per block for a product over `k` terms: equal blocks of at most `blockTerms`. */
export function termsPerBlock(k: number): number {
  const blocks = Math.ceil(k / blockTerms);
  return blocks <= 1 ? Math.max(k, 1) : Math.ceil(k / blocks);
}

/** Bytes of an output tile of any size. */
export const tileBytes = 256;

/** Bytes that a product needs for packed blocks and one tile. */
export function productScratch(m: number, n: number, k: number): number {
  const terms = termsPerBlock(k);
  const rows = Math.min(m, blockRows);
  const cols = Math.min(Math.ceil(n / 8) * 8, blockCols);
  return tileBytes + 4 * terms * (rows + cols) + 64;
}
