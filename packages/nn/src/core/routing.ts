import { mul, type Node, reshape } from "@metrigrad/graph";

/**
 * Returns the weights of rows in a mixture inside of another mixture: the weights of positions times the weight of their
 * sample.
 */
export function bothRoutings(outer: Node | null, inner: Node | null): Node | null {
  if (outer === null || inner === null) return outer ?? inner;
  const rank = Math.max(outer.shape.length, inner.shape.length);
  const widened = (weights: Node) => {
    const { shape } = weights;
    return reshape(weights, [...shape, ...new Array<number>(rank - shape.length).fill(1)]);
  };
  return mul(widened(outer), widened(inner));
}
