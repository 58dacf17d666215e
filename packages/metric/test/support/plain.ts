import { Matrix } from "ml-matrix";
import { augmented } from "./draws.ts";

/** ∂f/∂θ [size of f, P] of a function in plain JavaScript, by central differences of order h⁴. */
export function slopes(
  f: (theta: readonly number[]) => readonly number[],
  theta: readonly number[],
  h = 1e-3,
): Matrix {
  const columns = theta.map((_, k) => {
    const at = (steps: number) => f(theta.map((v, j) => (j === k ? v + steps * h : v)));
    const [a, b, c, d] = [at(-2), at(-1), at(1), at(2)];
    return a.map((low, i) => {
      const of = (list: readonly number[]) => list[i] as number;
      return (8 * (of(c) - of(b)) - (of(d) - low)) / (12 * h);
    });
  });
  return new Matrix(columns).transpose();
}

/** f((x, 1)W) of rows x. */
export function layer(x: Matrix, w: Matrix, f: (t: number) => number = (t) => t): Matrix {
  const t = augmented(x).mmul(w);
  return new Matrix(t.to2DArray().map((row) => row.map(f)));
}

/** Matrices of given shapes out of a flat list, one after the other. */
export function unflat(
  theta: readonly number[],
  shapes: readonly (readonly [rows: number, columns: number])[],
): Matrix[] {
  let at = 0;
  return shapes.map(([rows, columns]) => {
    const part = theta.slice(at, at + rows * columns);
    at += rows * columns;
    return Matrix.from1DArray(rows, columns, part);
  });
}
