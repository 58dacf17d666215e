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
  const m = root.length;
  const name = `gaussian(${m}×${m} covariance)`;
  const nodeOf = (matrix: readonly Float64Array[]) =>
    constant(tensor(matrix.map((row) => Array.from(row))));
  // z = L⁻¹(y − h) as rows: (y − h)L⁻ᵀ.
  const whiten = transposed(inverseOf(root));
  const whitening = nodeOf(whiten);
  // Σ⁻¹ = L⁻ᵀL⁻¹.
  const precision = whiten.map((row) =>
    Float64Array.from(whiten, (other) =>
      row.reduce((sum, value, k) => sum + value * (other[k] as number), 0),
    ),
  );
  const lnVolume = root.reduce((sum, row, i) => sum + Math.log(row[i] as number), 0);
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
  const perRow = (h: Node, matrix: readonly Float64Array[]) =>
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
      return add(h, matmul(normal(h.shape, { key }), nodeOf(transposed(root))));
    },
    fisher: (h: Node) => perRow(h, precision),
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
function rootOf(covariance: readonly (readonly number[])[]): Float64Array[] {
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
  const root = choleskyOf(even);
  if (root === null) refuse("one that is not positive definite");
  return root as Float64Array[];
}

/** L with LL' = Σ; null if Σ is not positive definite or not finite. */
function choleskyOf(rows: readonly (readonly number[])[]): Float64Array[] | null {
  const root = rows.map(() => new Float64Array(rows.length));
  for (const [i, row] of rows.entries()) {
    const own = root[i] as Float64Array;
    for (let j = 0; j <= i; j++) {
      const other = root[j] as Float64Array;
      let rest = row[j] as number;
      for (let k = 0; k < j; k++) rest -= (own[k] as number) * (other[k] as number);
      if (i === j && !(rest > 0 && Number.isFinite(rest))) return null;
      own[j] = i === j ? Math.sqrt(rest) : rest / (other[j] as number);
    }
  }
  return root;
}

/** The inverse of a lower triangle. */
function inverseOf(root: readonly Float64Array[]): Float64Array[] {
  const inverse = root.map(() => new Float64Array(root.length));
  for (const [i, row] of root.entries()) {
    for (let j = 0; j <= i; j++) {
      let rest = Number(i === j);
      for (let k = j; k < i; k++)
        rest -= (row[k] as number) * ((inverse[k] as Float64Array)[j] as number);
      (inverse[i] as Float64Array)[j] = rest / (row[i] as number);
    }
  }
  return inverse;
}

function transposed(matrix: readonly Float64Array[]): Float64Array[] {
  return matrix.map((_, i) => Float64Array.from(matrix, (row) => row[i] as number));
}
