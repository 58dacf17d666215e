import {
  arg,
  call,
  literal,
  primitiveFns,
  type ScalarFn,
  ShapeError,
  showShape,
} from "@metrigrad/tensor";
import { checkFloats } from "../core/checkElements.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import { add } from "./arithmetic.ts";
import { iota } from "./iota.ts";
import { type PointwiseOp, pointwiseOp } from "./pointwise.ts";
import { reshape } from "./reshape.ts";

/** Makes the op (x, i, j) ↦ x where `keeps` holds, `weight`·x on the diagonal, and 0 elsewhere. */
function triangleOp(name: string, keeps: ScalarFn, weight: number): PointwiseOp {
  return pointwiseOp(name, 3, () => {
    const { mul, eq, select } = primitiveFns;
    const [x, row, column] = [arg(0), arg(1, "i32"), arg(2, "i32")] as const;
    const on = weight === 1 ? x : call(mul, literal(weight), x);
    const rest = call(select, call(eq, row, column), on, literal(0));
    return call(select, call(keeps, row, column), x, rest);
  });
}

const trilOp = triangleOp("tril", primitiveFns.gt, 1);
const triuOp = triangleOp("triu", primitiveFns.lt, 1);
const halvedOp = triangleOp("tril, diagonal halved", primitiveFns.gt, 0.5);

/** Applies such an op to matrices. Throws ShapeError. */
function masked(op: PointwiseOp, value: NodeLike, diagonal: number): Node {
  const x = asNode(value);
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  checkFloats(op.name, x);
  if (x.shape.length < 2 || !Number.isInteger(diagonal)) {
    throw new ShapeError({
      where: op.name,
      must: "the operand must be matrices [b…, m, n], and the diagonal a whole number",
      got: `${showShape(x.shape)}, ${diagonal}`,
      todo: "reshape it, or pass a whole number",
    });
  }
  const row = iota(rows);
  const shifted = diagonal === 0 ? row : add(row, diagonal);
  return makeNode(op, [x, reshape(shifted, [rows, 1]), iota(columns)], null);
}

/**
 * Replaces the elements above a diagonal by zeros: the lower triangle stays.
 *
 * @param x - The matrices, float, [b…, m, n].
 * @param diagonal - Which diagonal: 0 (the default) is the main one, positive numbers are to the
 *   right of it, negative ones below.
 * @returns The lower triangles, [b…, m, n].
 * @throws {@link ShapeError} if x has fewer than two axes or is not float, or if the diagonal is
 *   not an integer.
 * @category Ops: linear algebra
 */
export function tril(x: NodeLike, diagonal = 0): Node {
  return masked(trilOp, x, diagonal);
}

/**
 * Replaces the elements below a diagonal by zeros: the upper triangle stays.
 *
 * @param x - The matrices, float, [b…, m, n].
 * @param diagonal - Which diagonal: 0 (the default) is the main one, positive numbers are to the
 *   right of it, negative ones below.
 * @returns The upper triangles, [b…, m, n].
 * @throws {@link ShapeError} if x has fewer than two axes or is not float, or if the diagonal is
 *   not an integer.
 * @category Ops: linear algebra
 */
export function triu(x: NodeLike, diagonal = 0): Node {
  return masked(triuOp, x, diagonal);
}

/**
 * Computes Φ(X): zeros above the diagonal, and half of the diagonal. For symmetric X, Φ(X) + Φ(X)'
 * = X.
 */
export function halvedTril(x: NodeLike): Node {
  return masked(halvedOp, x, 0);
}
