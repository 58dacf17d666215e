import {
  add,
  cholesky,
  choleskyShift,
  choleskySolve,
  div,
  gram,
  matmul,
  mul,
  type Node,
  reshape,
  square,
  stopGradient,
  sub,
  sum,
  transpose,
} from "@metrigrad/graph";
import { ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import { checkOptions } from "../core/arguments.ts";
import type { Block } from "./block.ts";
import { fromSides, perColumn, toSides } from "./columns.ts";
import { rowsCosts } from "./cost.ts";
import { defBlock } from "./defBlock.ts";
import { zeros } from "./first.ts";
import { type Hold, held } from "./hold.ts";
import { inverseOf } from "./inverseOf.ts";
import { checkDamped } from "./rows.ts";
import { checkWeight, type RowOptions, rootWeighted, rowOptions } from "./rowWeights.ts";
import { heldLambda, type Solve } from "./solvers.ts";

/**
 * Options of {@link columnGram}.
 *
 * @category Metrics: blocks
 */
export interface ColumnGramOptions extends RowOptions {
  /** The factor of the block, such as σ⁻²; 1 by default. */
  readonly weight?: number;
  /** The name of the block, for {@link explain}; "columnGram" by default. */
  readonly form?: string;
}

/**
 * Makes a block of rows that differ from column to column: column i has the matrix (weight/samples) Σ_s w_s z_si
 * z_si'.
 *
 * Take it for units whose derivatives do not have a common x̃, such as radial basis units. With few rows it is solved
 * in the space of the rows.
 *
 * @param rows - The rows z of every column, [m, n, d].
 * @param options - The factor, the name, the weights w of the rows and the number of samples.
 * @returns A block with one matrix [d, d] for each of the m columns.
 * @throws {@link ShapeError} if the rows are not [m, n, d], or if the weights are not [n].
 * @throws {@link MetricError} for unknown options, and if the number of samples is not positive.
 * @category Metrics: blocks
 */
export function columnGram(rows: Node, options: ColumnGramOptions = {}): Block {
  checkOptions("columnGram", options, ["weight", "weights", "samples", "form"]);
  const { weight = 1, form = "columnGram" } = options;
  checkWeight(form, weight);
  const [m = 0, n = 0, d = 0] = rows.shape;
  if (rows.shape.length !== 3 || m === 0) {
    throw new ShapeError({
      where: form,
      must: "rows must be [m, n, d], those of a column side by side",
      got: showShape(rows.shape),
      todo: "transpose them",
    });
  }
  const { weights, share } = rowOptions(form, n, options);
  const z = mul(weightedColumns(rows, weights), Math.sqrt(weight * share));
  const products = (all: Node, v: Node) => matmul(all, toSides(v, "own"));
  const back = (all: Node, y: Node) => fromSides(matmul(all, y, { transposeA: true }), m, "own");
  const diagonal = () => transpose(sum(square(z), { axis: 1 }));
  const woodbury: Solve = (lambda, hold, options) => {
    checkDamped(`${form}, solve`, options);
    return inRows(z, lambda, hold, (now) => heldLambda(hold, now, options));
  };
  return defBlock({
    kind: "rows",
    form,
    d,
    m,
    n,
    columns: "own",
    costs: rowsCosts({
      rows: n,
      size: d,
      matrices: m,
      sides: m,
      product: m * n * d,
      kernel: (m * n * n * d) / 2,
      assemble: (m * n * d * d) / 2,
    }),
    rowFloats: sizeOf(rows.shape),
    apply: (v, hold) => {
      const all = held(hold, "rows", z, zeros);
      return back(all, products(all, v));
    },
    trace: () => sum(diagonal(), { axis: 0 }),
    diagonal,
    toMatrices: () => gram(z),
    solvers: { woodbury },
  });
}

/** Solves in the space of the rows: (λI + Z'Z)⁻¹v = (v − Z'(λI + ZZ')⁻¹Zv)/λ for every column. */
function inRows(z: Node, wanted: Node, hold: Hold | null, lambdaOf: (now: Node) => Node) {
  const m = z.shape[0] as number;
  const factor = cholesky(gram(transpose(z)), { shift: wanted });
  // What Cholesky adds to λ has no derivative, so that λ keeps its own.
  const used = add(wanted, stopGradient(sub(reshape(choleskyShift(factor), [m]), wanted)));
  const lambda = () => lambdaOf(used);
  const all = held(hold, "rows", z, zeros);
  const inner = (y: Node) =>
    hold === null
      ? choleskySolve(factor, y)
      : matmul(held(hold, "inverse", inverseOf(factor), zeros), y);
  return {
    lambda,
    solve: (v: Node) => {
      const y = inner(matmul(all, toSides(v, "own")));
      const along = fromSides(matmul(all, y, { transposeA: true }), m, "own");
      return div(sub(v, along), perColumn(lambda(), "own"));
    },
  };
}

/** Multiplies rows [m, n, d] by the roots of their weights [n], which lie along the second axis. */
function weightedColumns(rows: Node, weights: Node | null): Node {
  if (weights === null) return rows;
  return transpose(rootWeighted(transpose(rows, [1, 0, 2]), weights), [1, 0, 2]);
}
