import { add, mul, type Node, uniform } from "@metrigrad/graph";

/** Uniform numbers strictly between 0 and 1, also in 32 bits, where `uniform` may give 0: their logarithms are finite. */
export function openUniform(shape: readonly number[], key: string): Node {
  return add(mul(uniform(shape, { key }), 1 - 2 ** -23), 2 ** -25);
}
