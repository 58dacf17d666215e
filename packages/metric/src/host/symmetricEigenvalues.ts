import { atOnce, type Pieces } from "@metrigrad/tensor";

/**
 * Computes the eigenvalues of a symmetric matrix on the host, in float64.
 *
 * Reflections make the matrix tridiagonal (Householder 1958). Then each eigenvalue is found by halving: the number of negative
 * pivots of T − xI is the number of eigenvalues below x (Givens 1954). The error is a few ε times the largest eigenvalue.
 *
 * @param elements - The matrix, [d, d], row-major. Only the lower triangle is read.
 * @param d - The order of the matrix.
 * @returns The eigenvalues in ascending order; NaN for all if an element is not finite.
 */
export function symmetricEigenvalues(elements: ArrayLike<number>, d: number): Float64Array {
  return atOnce(eigenvaluesOf(elements, d));
}

/** Returns the work of `symmetricEigenvalues`, a column or an eigenvalue in each piece. */
export function* eigenvaluesOf(elements: ArrayLike<number>, d: number): Pieces<Float64Array> {
  const a = Float64Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    return elements[i >= j ? at : j * d + i] as number;
  });
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!Number.isFinite(largest)) return new Float64Array(d).fill(Number.NaN);
  if (largest === 0) return new Float64Array(d);
  for (let at = 0; at < a.length; at++) a[at] = (a[at] as number) / largest;
  const { diagonal, squares } = yield* tridiagonal(a, d);
  return Float64Array.from(yield* halved(diagonal, squares), (value) => largest * value);
}

/** Makes a symmetric matrix tridiagonal: its diagonal, and the squares of the elements beside it. Overwrites `a`. */
function* tridiagonal(
  a: Float64Array,
  d: number,
): Pieces<{ readonly diagonal: Float64Array; readonly squares: Float64Array }> {
  const squares = new Float64Array(Math.max(0, d - 1));
  const v = new Float64Array(d);
  const w = new Float64Array(d);
  for (let k = 0; k + 1 < d; k++) {
    yield;
    let square = 0;
    for (let i = k + 1; i < d; i++) square += (a[i * d + k] as number) ** 2;
    squares[k] = square;
    const norm = Math.sqrt(square);
    if (norm === 0 || k + 2 === d) continue;
    // v is a unit vector: I − 2vv' takes the column below the diagonal to a multiple of the first unit vector.
    const first = a[(k + 1) * d + k] as number;
    const shifted = first + (first < 0 ? -norm : norm);
    const length = Math.sqrt(2 * norm * (norm + Math.abs(first)));
    for (let i = k + 1; i < d; i++)
      v[i] = (i === k + 1 ? shifted : (a[i * d + k] as number)) / length;
    // A ← A − vw' − wv' with w = 2Av − 2(v'Av)v.
    let along = 0;
    for (let i = k + 1; i < d; i++) {
      let sum = 0;
      for (let j = k + 1; j < d; j++) sum += (a[i * d + j] as number) * (v[j] as number);
      w[i] = 2 * sum;
      along += sum * (v[i] as number);
    }
    for (let i = k + 1; i < d; i++) w[i] = (w[i] as number) - 2 * along * (v[i] as number);
    for (let i = k + 1; i < d; i++) {
      const [vi, wi] = [v[i] as number, w[i] as number];
      for (let j = k + 1; j < d; j++) {
        const at = i * d + j;
        a[at] = (a[at] as number) - vi * (w[j] as number) - wi * (v[j] as number);
      }
    }
  }
  return { diagonal: Float64Array.from({ length: d }, (_, i) => a[i * d + i] as number), squares };
}

/** The eigenvalues of a tridiagonal matrix with elements of about 1. */
function* halved(diagonal: Float64Array, squares: Float64Array): Pieces<Float64Array> {
  const d = diagonal.length;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < d; i++) {
    const reach = Math.sqrt(squares[i - 1] ?? 0) + Math.sqrt(squares[i] ?? 0);
    low = Math.min(low, (diagonal[i] as number) - reach);
    high = Math.max(high, (diagonal[i] as number) + reach);
  }
  const below = (x: number): number => {
    let count = 0;
    let pivot = 1;
    for (let i = 0; i < d; i++) {
      pivot = (diagonal[i] as number) - x - (i === 0 ? 0 : (squares[i - 1] as number) / pivot);
      // A pivot of 0 is taken for a small negative one.
      if (Math.abs(pivot) < Number.MIN_VALUE / Number.EPSILON)
        pivot = -Number.MIN_VALUE / Number.EPSILON;
      if (pivot < 0) count++;
    }
    return count;
  };
  const margin = 2 * Number.EPSILON * Math.max(Math.abs(low), Math.abs(high));
  const found = new Float64Array(d);
  let from = low - margin;
  for (let k = 0; k < d; k++) {
    yield;
    // Eigenvalues ascend, so the last one bounds this one.
    let [under, over] = [from, high + margin];
    for (
      let turn = 0;
      turn < 70 &&
      over - under > Number.EPSILON * Math.max(Math.abs(under), Math.abs(over), Number.EPSILON);
      turn++
    ) {
      const middle = (under + over) / 2;
      if (below(middle) > k) over = middle;
      else under = middle;
    }
    found[k] = (under + over) / 2;
    from = under;
  }
  return found;
}
