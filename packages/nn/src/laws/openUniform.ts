import { add, mul, type Node, uniform } from "@metrigrad/graph";

/**
 * Returns uniform numbers strictly between 0 and 1, so that their logarithms are finite. In 32 bits `uniform` may give 0.
 */
export function openUniform(shape: readonly number[], key: string): Node {
  return add(mul(uniform(shape, { key }), 1 - 2 ** -23), 2 ** -25);
}
