import { ShapeError, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { mul } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { expandDims } from "./expandDims.ts";
import { reshape } from "./reshape.ts";

/** Refuses operands of too low a rank. */
function atLeast(where: string, rank: number, ...nodes: readonly Node[]): void {
  if (nodes.every(({ shape }) => shape.length >= rank)) return;
  throw new ShapeError({
    where,
    must: `operands must have at least ${rank === 1 ? "one axis" : "two axes"}`,
    got: nodes.map(({ shape }) => showShape(shape)).join(" and "),
    todo: "reshape them",
  });
}

/** Σ x·y over the last axis of floats; the other axes broadcast. Throws ShapeError. */
export function dot(x: NodeLike, y: NodeLike): Node {
  const [a, b] = [asNode(x), asNode(y)];
  atLeast("dot", 1, a, b);
  return sum(mul(a, b), { axis: -1 });
}

/** xᵢyⱼ of x [b…, m] and y [b…, n], as [b…, m, n]; batch axes broadcast. Throws ShapeError. */
export function outer(x: NodeLike, y: NodeLike): Node {
  const [a, b] = [asNode(x), asNode(y)];
  atLeast("outer", 1, a, b);
  return mul(expandDims(a, -1), expandDims(b, -2));
}

/**
 * The Kronecker product of matrices x [b…, m, n] and y [b…, p, q]: blocks xᵢⱼ·y, as [b…, mp, nq]; batch
 * axes broadcast. Throws ShapeError.
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
