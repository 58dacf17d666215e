import { Matrix } from "ml-matrix";

/** diag η − ηη' at logits t. */
export function softmaxInformation(t: readonly number[]): Matrix {
  const up = t.map(Math.exp);
  const total = up.reduce((sum, value) => sum + value, 0);
  const eta = up.map((value) => value / total);
  const column = Matrix.columnVector(eta);
  return Matrix.sub(Matrix.diag(eta), column.mmul(column.transpose()));
}

/**
 * (1/n) Σ_s x̃_sx̃_s' ⊗ S_s over a matrix [d, m] of weights flattened row-major, for rows x̃ [n, d] and
 * matrices S_s [m, m].
 */
export function meanKronecker(rows: Matrix, inner: (s: number) => Matrix): Matrix {
  const terms = rows.to2DArray().map((row, s) => {
    const x = Matrix.columnVector(row);
    return x.mmul(x.transpose()).kroneckerProduct(inner(s));
  });
  return terms.reduce((total, term) => Matrix.add(total, term)).div(rows.rows);
}

/** How many eigenvalues are more than rounding: than `zero` of the largest. */
export function rankOf(eigenvalues: ArrayLike<number>, zero = 1e-10): number {
  const values = Array.from(eigenvalues);
  const largest = Math.max(...values.map(Math.abs));
  return values.filter((value) => Math.abs(value) > zero * largest).length;
}
