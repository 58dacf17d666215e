import { abs, add, div, maximum, mul, type Node, sqrt, square, sub } from "metrigrad";

/** The ten operations of `chainOf` as graph. */
export function chain(x: Node): Node {
  const root = sqrt(maximum(sub(square(add(mul(x, 0.5), 1)), x), 0.1));
  return div(1, add(abs(mul(root, x)), 1));
}
