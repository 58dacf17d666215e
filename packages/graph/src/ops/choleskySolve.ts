import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { mul } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { diagonal } from "./diagonal.ts";
import { log } from "./transcendental.ts";
import { triangularSolve } from "./triangularSolve.ts";

/** (LL')⁻¹B of a factor l [b…, d, d] and rhs [b…, d, k]; batch axes broadcast. Throws ShapeError. */
export function choleskySolve(l: NodeLike, rhs: NodeLike): Node {
  const factor = asNode(l);
  return triangularSolve(factor, triangularSolve(factor, rhs), { transpose: true });
}

/** ln det(LL') = 2 Σ ln L_ii, [b…], of a factor l [b…, d, d]. Throws ShapeError. */
export function choleskyLogdet(l: NodeLike): Node {
  return mul(sum(log(diagonal(l)), { axis: -1 }), 2);
}
