/** Products of at least so many multiplications are the library's; smaller ones cost more to hand over. */
export const leastProduct = 2 ** 14;
const leastGram = 2 ** 16;
/** Rows, columns and terms that a product has at least: thin ones are a matter of memory. */
export const leastSide = 4;
/** The size from which eigenvectors are the library's. */
export const leastEigh = 96;

/** Whether a product of m×k and k×n is faster in the library. */
export function worthProduct(m: number, n: number, k: number): boolean {
  return Math.min(m, n, k) >= leastSide && m * n * k >= leastProduct;
}

/** Whether d×d Gram matrices of n rows are faster in the library, the roots of their weights included. */
export function worthGram(d: number, n: number): boolean {
  return Math.min(d, n) >= leastSide && d * d * n >= leastGram;
}

/** Whether `matrices` d×d Gram matrices of the same n rows are faster in the library. */
export function worthGrams(matrices: number, d: number, n: number): boolean {
  return Math.min(matrices, n) >= 16 && d >= 64 && matrices * n * d >= leastGram;
}
