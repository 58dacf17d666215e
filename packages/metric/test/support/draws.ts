import { type Tensor, tensor, uniformStream } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";

/** Normal draws [rows, columns], a function of the path. */
export function matrixOf(path: string, rows: number, columns: number, deviation = 1): Matrix {
  const stream = uniformStream({ seed: 11, path });
  return Matrix.from1DArray(
    rows,
    columns,
    Array.from({ length: rows * columns }, (_, i) => deviation * stream.normal(i)),
  );
}

/** Normal draws of a shape, samples first. */
export function drawnOf(path: string, ...shape: readonly number[]): Tensor {
  const [n = 1, ...rest] = shape;
  const width = rest.reduce((a, b) => a * b, 1);
  return tensor(Float64Array.from(matrixOf(path, n, width).to1DArray()), { shape });
}

/** A matrix as a host tensor. */
export function asTensor(matrix: Matrix): Tensor {
  return tensor(Float64Array.from(matrix.to1DArray()), { shape: [matrix.rows, matrix.columns] });
}

/** A host tensor [rows, columns] as a matrix. */
export function asMatrix(value: Tensor): Matrix {
  const [rows = 0, columns = 0] = value.shape;
  return Matrix.from1DArray(rows, columns, [...value.data()]);
}

/** (X, 1). */
export function augmented(x: Matrix): Matrix {
  return x.clone().addColumn(x.columns, new Array<number>(x.rows).fill(1));
}
