import {
  add,
  broadcastTo,
  cast,
  constant,
  matmul,
  mul,
  type Node,
  normal,
  square,
  sub,
  sum,
} from "@metrigrad/graph";
import { ShapeError, showShape, tensor } from "@metrigrad/tensor";
import { CholeskyDecomposition, inverse, Matrix } from "ml-matrix";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { rowLaw } from "./rowLaw.ts";
import { supports } from "./supports.ts";

/**
 * Makes the law of responses y ~ N(h, Σ) with a fixed covariance. Throws ShapeError unless Σ is symmetric and positive
 * definite.
 */
export function correlated(covariance: readonly (readonly number[])[]): ClosedLaw {
  const root = rootOf(covariance);
  const m = root.rows;
  const name = `gaussian(${m}×${m} covariance)`;
  const nodeOf = (matrix: Matrix) => constant(tensor(matrix.to2DArray()));
  // z = L⁻¹(y − h) as rows: (y − h)L⁻ᵀ.
  const whiten = inverse(root).transpose();
  const whitening = nodeOf(whiten);
  const lnVolume = root.diagonal().reduce((sum, value) => sum + Math.log(value), 0);
  const whitened = (x: Node) => matmul(x, whitening);
  const checkWidth = (h: Node) => {
    if (h.shape.length === 2 && h.shape[1] === m) return;
    throw new ShapeError({
      where: name,
      must: `h must be [n, ${m}]`,
      got: showShape(h.shape),
      todo: "let the model have an output for each row of the covariance",
    });
  };
  const perRow = (h: Node, matrix: Matrix) =>
    broadcastTo(nodeOf(matrix), [h.shape[0] as number, m, m]);
  return rowLaw({
    name,
    support: supports.real,
    logProb: (observed: Node, h: Node) => {
      checkWidth(h);
      checkFits(name, observed, h, h.shape);
      const squares = sum(square(whitened(sub(cast(observed, "float"), h))), { axis: 1 });
      return add(mul(squares, -0.5), -lnVolume - (m * Math.log(2 * Math.PI)) / 2);
    },
    sample: (h: Node, key: string) => {
      checkWidth(h);
      return add(h, matmul(normal(h.shape, { key }), nodeOf(root.transpose())));
    },
    fisher: (h: Node) => perRow(h, whiten.mmul(whiten.transpose())),
    fisherDiagonal: null,
    fisherRoot: (h: Node) => perRow(h, whiten),
    kl: (h: Node, other: Node) => {
      checkAlike(name, h, other);
      return mul(sum(square(whitened(sub(h, other))), { axis: 1 }), 0.5);
    },
    outcomes: () => null,
    predict: (h: Node) => h,
  });
}

/** Returns L with LL' = Σ. Throws ShapeError. */
function rootOf(covariance: readonly (readonly number[])[]): Matrix {
  const refuse = (got: string): never => {
    throw new ShapeError({
      where: "gaussian",
      must: "covariance must be a symmetric positive definite matrix",
      got,
      todo: "pass its rows: { covariance: [[1, 0.5], [0.5, 2]] }",
    });
  };
  const rows = Array.isArray(covariance) ? covariance.map((row) => [...row]) : [];
  if (rows.length === 0 || rows.some((row) => row.length !== rows.length))
    refuse("no square matrix");
  const at = (i: number, j: number) => rows[i]?.[j] as number;
  const even = rows.map((_, i) => rows.map((_, j) => (at(i, j) + at(j, i)) / 2));
  const apart = (i: number, j: number) =>
    Math.abs(at(i, j) - at(j, i)) > 1e-12 * Math.sqrt(Math.abs(at(i, i) * at(j, j)));
  if (rows.some((row, i) => row.some((_, j) => apart(i, j)))) refuse("one that is not symmetric");
  const decomposition = new CholeskyDecomposition(new Matrix(even));
  if (!decomposition.isPositiveDefinite() || rows.flat().some((value) => !Number.isFinite(value))) {
    refuse("one that is not positive definite");
  }
  return decomposition.lowerTriangularMatrix;
}
