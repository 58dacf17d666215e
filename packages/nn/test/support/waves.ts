import { constant, type Node } from "@metrigrad/graph";
import { sizeOf, tensor } from "@metrigrad/tensor";

/** Values without a pattern that rows or columns share, a function of their number and a phase. */
export function waves(shape: readonly number[], phase = 0.4): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => 2 * Math.sin(1.3 * i * i + phase));
}

/** The same as a node. */
export function wavesNode(shape: readonly number[], phase = 0.4): Node {
  return constant(tensor(waves(shape, phase), { shape }));
}
