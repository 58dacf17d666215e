import { ShapeError, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { mul } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { expandDims } from "./expandDims.ts";
import { reshape } from "./reshape.ts";

/** Throws ShapeError if an operand has too few axes. */
function atLeast(where: string, rank: number, ...nodes: readonly Node[]): void {
  if (nodes.every(({ shape }) => shape.length >= rank)) return;
  throw new ShapeError({
    where,
    must: `operands must have at least ${rank === 1 ? "one axis" : "two axes"}`,
    got: nodes.map(({ shape }) => showShape(shape)).join(" and "),
    todo: "reshape them",
  });
}

/**
 * Computes the inner product Σ x·y over the last axis. The other axes broadcast.
 *
 * @param x - The first vectors, [..., n].
 * @param y - The second vectors, [..., n], of the same type.
 * @returns The inner products, without the last axis.
 * @throws {@link ShapeError} if an operand is a scalar, if the shapes do not broadcast, or if the
 *   types differ.
 * @category Ops: linear algebra
 */
export function dot(x: NodeLike, y: NodeLike): Node {
  const [a, b] = [asNode(x), asNode(y)];
  atLeast("dot", 1, a, b);
  return sum(mul(a, b), { axis: -1 });
}

/**
 * Computes the outer product xᵢyⱼ of vectors. Batch axes broadcast.
 *
 * @param x - The first vectors, [b…, m].
 * @param y - The second vectors, [b…, n], of the same type.
 * @returns The matrices, [b…, m, n].
 * @throws {@link ShapeError} if an operand is a scalar, if the batch axes do not broadcast, or if
 *   the types differ.
 * @category Ops: linear algebra
 */
export function outer(x: NodeLike, y: NodeLike): Node {
  const [a, b] = [asNode(x), asNode(y)];
  atLeast("outer", 1, a, b);
  return mul(expandDims(a, -1), expandDims(b, -2));
}

/**
 * Computes the Kronecker product of matrices: the blocks xᵢⱼ·y. Batch axes broadcast.
 *
 * @param x - The first matrices, [b…, m, n].
 * @param y - The second matrices, [b…, p, q], of the same type.
 * @returns The products, [b…, m·p, n·q].
 * @throws {@link ShapeError} if an operand has fewer than two axes, if the batch axes do not
 *   broadcast, or if the types differ.
 * @category Ops: linear algebra
 */
export function kron(x: NodeLike, y: NodeLike): Node {
  const [a, b] = [asNode(x), asNode(y)];
  atLeast("kron", 2, a, b);
  const [m = 0, n = 0] = a.shape.slice(-2);
  const [p = 0, q = 0] = b.shape.slice(-2);
  const blocks = mul(
    reshape(a, [...a.shape.slice(0, -2), m, 1, n, 1]),
    reshape(b, [...b.shape.slice(0, -2), 1, p, 1, q]),
  );
  return reshape(blocks, [...blocks.shape.slice(0, -4), m * p, n * q]);
}
