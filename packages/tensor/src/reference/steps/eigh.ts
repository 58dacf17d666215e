import { walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";

/** The most sweeps over all pairs. No matrix that was tried needed so many to bring the rotations below rounding. */
const sweeps = 60;

/** Eigenvectors and eigenvalues of symmetric matrices by cyclic Jacobi rotations. */
export const eigh: Kernel<"eigh"> = ({ a, output, values }, memory) => {
  const source = memory.view(a);
  const target = memory.view(output);
  const lambdas = values === null ? null : memory.view(values);
  const d = source.shape.at(-1) as number;
  const [byRow, byColumn] = source.stride.slice(-2) as [number, number];
  const [toRow, toColumn] = target.stride.slice(-2) as [number, number];
  const byValue = lambdas?.stride.at(-1) ?? 0;
  const nowhere = { stride: source.stride.slice(0, -2).map(() => 0), offset: 0 };
  return () =>
    walk(source.shape.slice(0, -2), [source, target, lambdas ?? nowhere], ([from, to, at]) => {
      const matrix = Array.from({ length: d }, (_, i) =>
        Float64Array.from({ length: d }, (_, j) => {
          const [row, column] = i >= j ? [i, j] : [j, i];
          return source.data[(from as number) + row * byRow + column * byColumn] as number;
        }),
      );
      eigenpairs(matrix).forEach(({ value, vector }, j) => {
        for (let i = 0; i < d; i++) {
          target.data[(to as number) + i * toRow + j * toColumn] = vector[i] as number;
        }
        if (lambdas !== null) lambdas.data[(at as number) + j * byValue] = value;
      });
    });
};

interface Eigenpair {
  readonly value: number;
  readonly vector: Float64Array;
}

/** The eigenvalues in ascending order, with their vectors. The matrix `a` is overwritten. */
function eigenpairs(a: readonly Float64Array[]): Eigenpair[] {
  const d = a.length;
  const none = () => ({ value: Number.NaN, vector: new Float64Array(d).fill(Number.NaN) });
  if (!a.every((row) => row.every(Number.isFinite))) return a.map(none);
  // The rows become the eigenvectors.
  const vectors = a.map((_, i) => Float64Array.from({ length: d }, (_, j) => (i === j ? 1 : 0)));
  const at = (i: number, j: number) => a[i]?.[j] as number;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let turned = false;
    for (let p = 0; p < d; p++) {
      for (let q = p + 1; q < d; q++) {
        const [app, aqq, apq] = [at(p, p), at(q, q), at(p, q)];
        const scale = Math.sqrt(Math.abs(app) * Math.abs(aqq));
        const tiny = Number.EPSILON * (scale > 0 ? scale : Math.abs(app) + Math.abs(aqq));
        if (Math.abs(apq) <= Math.max(tiny, Number.MIN_VALUE)) continue;
        turned = true;
        const theta = (aqq - app) / (2 * apq);
        const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cosine = 1 / Math.hypot(tangent, 1);
        rotate(a, vectors, p, q, cosine, tangent * cosine);
      }
    }
    if (!turned) break;
  }
  return vectors
    .map((vector, i) => ({ value: at(i, i), vector: upright(vector) }))
    .sort((x, y) => x.value - y.value);
}

/** A ← R'AR and V ← R'V for the rotation of the axes p and q. */
function rotate(
  a: readonly Float64Array[],
  vectors: readonly Float64Array[],
  p: number,
  q: number,
  cosine: number,
  sine: number,
): void {
  const turn = (x: Float64Array, i: number, y: Float64Array, j: number) => {
    const [u, v] = [x[i] as number, y[j] as number];
    x[i] = cosine * u - sine * v;
    y[j] = sine * u + cosine * v;
  };
  const rowsOf = (rows: readonly Float64Array[]) =>
    [rows[p] as Float64Array, rows[q] as Float64Array] as const;
  for (const row of a) turn(row, p, row, q);
  for (const [x, y] of [rowsOf(a), rowsOf(vectors)]) {
    for (let k = 0; k < x.length; k++) turn(x, k, y, k);
  }
}

/** The vector or its negative, such that the first entry of the largest magnitude is positive. */
function upright(vector: Float64Array): Float64Array {
  const largest = vector.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
  return largest < 0 ? vector.map((x) => -x) : vector;
}
