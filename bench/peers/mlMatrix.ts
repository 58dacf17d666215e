import { contestant } from "../contestant.ts";
import type { Peer } from "../kit.ts";
import { load, versionOf } from "./module.ts";

interface Matrix {
  mmul(other: Matrix): Matrix;
  transpose(): Matrix;
  clone(): Matrix;
  mulColumnVector(by: readonly number[]): Matrix;
  to1DArray(): number[];
}

interface MlMatrix {
  readonly Matrix: new (rows: readonly (readonly number[])[]) => Matrix;
  readonly CholeskyDecomposition: new (
    matrix: Matrix,
  ) => { readonly lowerTriangularMatrix: Matrix; solve(rhs: Matrix): Matrix };
}

/** ml-matrix: plain JavaScript in float64. */
export const mlMatrix: Peer = {
  name: "ml-matrix",
  load: async () => {
    const { Matrix, CholeskyDecomposition } = await load<MlMatrix>("ml-matrix");
    const matrix = (values: Float32Array, rows: number) => {
      const width = values.length / rows;
      return new Matrix(
        Array.from({ length: rows }, (_, i) => [...values.subarray(i * width, (i + 1) * width)]),
      );
    };
    const each = (values: Float32Array, count: number, rows: number) => {
      const size = values.length / count;
      return Array.from({ length: count }, (_, i) =>
        matrix(values.subarray(i * size, (i + 1) * size), rows),
      );
    };
    return {
      name: "ml-matrix",
      version: `${versionOf("ml-matrix")}, JavaScript, f64`,
      solvers: {
        product: async ({ m, k, transposed, a, b }) => {
          const left = matrix(a, transposed ? k : m);
          const right = matrix(b, k);
          const run = () => (transposed ? left.transpose() : left).mmul(right);
          return matrices(() => [run()]);
        },
        gram: async ({ n, x, nu }) => {
          const rows = matrix(x, n);
          const weights = Array.from(nu, (weight) => weight / n);
          return matrices(() => [rows.transpose().mmul(rows.clone().mulColumnVector(weights))]);
        },
        cholesky: async ({ count, d, a }) => {
          const all = each(a, count, d);
          return matrices(() =>
            all.map((one) => new CholeskyDecomposition(one).lowerTriangularMatrix),
          );
        },
        solve: async ({ count, d, l, b }) => {
          const factors = each(l, count, d).map(
            (factor) => new CholeskyDecomposition(factor.mmul(factor.transpose())),
          );
          const sides = each(b, count, d);
          return matrices(() => sides.map((side, i) => factors[i]?.solve(side) ?? side));
        },
      },
      close: async () => {},
    };
  },
};

/** Computes matrices; their values count only for the comparison. */
function matrices(run: () => readonly Matrix[]) {
  return {
    ...contestant(() => {
      run();
      return [];
    }),
    result: async () => run().flatMap((matrix) => matrix.to1DArray()),
  };
}
