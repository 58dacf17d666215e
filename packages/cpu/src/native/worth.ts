/** Products of at least so many multiplications are the library's; smaller ones cost more to hand over. */
const leastProduct = 2 ** 15;
/** Rows, columns and terms that a product has at least: thin ones are a matter of memory. */
const leastSide = 4;
/** Sizes from which factors, solves and eigenvectors are the library's. */
const leastFactor = 24;
const leastSolve = 16;
const leastEigh = 16;

/** Whether a product of m×k and k×n is faster in the library. */
export function worthProduct(m: number, n: number, k: number): boolean {
  return Math.min(m, n, k) >= leastSide && m * n * k >= leastProduct;
}

/** Whether d×d Gram matrices of n rows are faster in the library. */
export function worthGram(d: number, n: number): boolean {
  return d >= leastFactor && worthProduct(d, d, n);
}

/** Whether `matrices` d×d Gram matrices of the same n rows are faster in the library. */
export function worthGrams(matrices: number, d: number, n: number): boolean {
  return Math.min(matrices, n) >= 16 && d >= 64;
}

/** Whether factors of a size are faster in the library. */
export function worthFactor(size: number): boolean {
  return size >= leastFactor;
}

/** Whether solving for some columns is faster in the library. */
export function worthSolve(size: number, cols: number): boolean {
  return Math.min(size, cols) >= leastSolve;
}

/** Whether eigenvectors of a size are faster in the library. */
export function worthEigh(size: number): boolean {
  return size >= leastEigh;
}
