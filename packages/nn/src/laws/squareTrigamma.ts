import { add, mul, type Node, polygamma, square } from "@metrigrad/graph";

/** Returns α²ψ′(α) = 1 + α²ψ′(α + 1), which is finite in float32 for every α > 0. */
export function squareTrigamma(alpha: Node): Node {
  return add(1, mul(square(alpha), polygamma(1)(add(alpha, 1))));
}
