import { broadcastTo, eye, gram, type Node, triangularSolve } from "@metrigrad/graph";

/** Returns (LL')⁻¹ = X'X with X = L⁻¹ for Cholesky factors L [b…, d, d]. The result is symmetric to the last bit. */
export function inverseOf(factor: Node): Node {
  const d = factor.shape.at(-1) as number;
  return gram(triangularSolve(factor, broadcastTo(eye(d), factor.shape)));
}
