import type { FixedRegion } from "../loop/region.ts";

/** A matrix as BLAS reads it: with rows side by side, or with columns as rows of the transposed matrix. */
export interface Operand {
  readonly transposed: 0 | 1;
  /** The number of elements from one line to the next. */
  readonly lead: number;
}

/** Returns how BLAS reads a matrix; null if it cannot. Strides are in bytes. */
export function operandOf(
  rows: number,
  cols: number,
  rowStride: number,
  colStride: number,
  bytes: number,
): Operand | null {
  const fits = (stride: number, length: number) => stride >= length * bytes && stride % bytes === 0;
  if (colStride === bytes && fits(rowStride, cols)) {
    return { transposed: 0, lead: rowStride / bytes };
  }
  if (rowStride === bytes && fits(colStride, rows)) {
    return { transposed: 1, lead: colStride / bytes };
  }
  return null;
}

/** Returns how BLAS reads the matrices of a region, which are its last two axes; null if it cannot. */
export function matrixOf({ shape, strides }: FixedRegion, bytes: number): Operand | null {
  const [rows, cols] = shape.slice(-2) as [number, number];
  const [rowStride, colStride] = strides.slice(-2) as [number, number];
  return operandOf(rows, cols, rowStride, colStride, bytes);
}
