import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** Nodes z and weights w of Σ w f(z) ≈ ∫ f(z) e^(−z²) dz. */
export interface Quadrature {
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/**
 * The Gauss–Hermite rule of n nodes, exact for polynomials of degree 2n − 1: nodes are the
 * eigenvalues of the Jacobi matrix with √(k/2) beside the diagonal (Golub and Welsch 1969).
 */
export function gaussHermite(n: number): Quadrature {
  const jacobi = Matrix.zeros(n, n);
  for (let k = 1; k < n; k++) {
    jacobi.set(k - 1, k, Math.sqrt(k / 2));
    jacobi.set(k, k - 1, Math.sqrt(k / 2));
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(jacobi, {
    assumeSymmetric: true,
  });
  const weights = realEigenvalues.map(
    (_, i) => Math.sqrt(Math.PI) * eigenvectorMatrix.get(0, i) ** 2,
  );
  return { nodes: realEigenvalues, weights };
}
