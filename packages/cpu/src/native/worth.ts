/**
 * The number of multiplications from which a product goes to the library; for smaller ones the call costs more than
 * it saves.
 */
export const leastProduct = 2 ** 14;
const leastGram = 2 ** 16;
/** The least number of rows, columns and terms of a product for the library: for thin ones memory decides the speed. */
export const leastSide = 4;
/** The size from which eigenvectors go to the library. */
export const leastEigh = 96;

/** Returns whether a product of m×k and k×n is faster in the library. */
export function worthProduct(m: number, n: number, k: number): boolean {
  return Math.min(m, n, k) >= leastSide && m * n * k >= leastProduct;
}

/** Returns whether d×d Gram matrices of n rows are faster in the library, the roots of their weights included. */
export function worthGram(d: number, n: number): boolean {
  return Math.min(d, n) >= leastSide && d * d * n >= leastGram;
}

/** Returns whether `matrices` d×d Gram matrices of the same n rows are faster in the library. */
export function worthGrams(matrices: number, d: number, n: number): boolean {
  return Math.min(matrices, n) >= 16 && d >= 64 && matrices * n * d >= leastGram;
}
