import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** Eigenvalues of a symmetric matrix [d, d], row-major, in ascending order; computed on the host. */
export function symmetricEigenvalues(elements: ArrayLike<number>, d: number): Float64Array {
  const matrix = new Matrix(d, d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) matrix.set(i, j, elements[i * d + j] as number);
  }
  const { realEigenvalues } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  return Float64Array.from(realEigenvalues).sort();
}

/**
 * ln det(g + λI) from the eigenvalues of g in ascending order; −∞ where g + λI is singular to
 * working precision.
 */
export function logdetOf(eigenvalues: Float64Array, shift: number): number {
  const largest = (eigenvalues.at(-1) ?? 0) + shift;
  const least = eigenvalues.length * Number.EPSILON * largest;
  return eigenvalues.reduce((total, value) => {
    const shifted = value + shift;
    return shifted > least ? total + Math.log(shifted) : Number.NEGATIVE_INFINITY;
  }, 0);
}
