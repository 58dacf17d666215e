import type { Node } from "../core/node.ts";
import { moveAxis } from "../ops/moveAxis.ts";
import { reshape } from "../ops/reshape.ts";
import type { Spot } from "./sampleStride.ts";

/**
 * A value sorted by samples: [n, …one sample].
 *
 * If the value has `lead` axes before its own shape, such as columns, they come after the samples.
 */
export function bySample(value: Node, { axis, inner }: Spot, samples: number, lead = 0): Node {
  const { shape } = value;
  const at = axis + lead;
  const size = shape[at] as number;
  const [before, after] = [shape.slice(0, at), shape.slice(at + 1)];
  const outer = size / (samples * inner);
  const apart = reshape(value, [...before, outer, samples, inner, ...after]);
  return reshape(moveAxis(apart, at + 1, 0), [samples, ...before, outer * inner, ...after]);
}
