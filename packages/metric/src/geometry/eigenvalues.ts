import type { FloatType } from "@metrigrad/tensor";

/** The difference between 1 and the next larger number. */
const epsilon = { f32: 2 ** -23, f64: 2 ** -52 } as const;

/** Returns the bound below which an eigenvalue counts as 0 with rounding, for a matrix with the given eigenvalues. */
export function leastEigenvalue(eigenvalues: Float64Array, float: FloatType, shift = 0): number {
  return eigenvalues.length * epsilon[float] * ((eigenvalues.at(-1) ?? 0) + shift);
}

/**
 * Returns ln det(g + λI) from the eigenvalues of g in ascending order.
 *
 * It is −∞ if g + λI is singular to the precision with which g was computed.
 */
export function logdetOf(eigenvalues: Float64Array, float: FloatType, shift: number): number {
  const least = leastEigenvalue(eigenvalues, float, shift);
  return eigenvalues.reduce((total, value) => {
    const shifted = value + shift;
    return shifted > least ? total + Math.log(shifted) : Number.NEGATIVE_INFINITY;
  }, 0);
}
