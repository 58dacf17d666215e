import type { Shape } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { reshape } from "./reshape.ts";

/**
 * Prepares the inputs of a broadcasting op for a new leading axis. A batched input [B, s…] of lower
 * rank becomes [B, 1…, s…], so that the batch axes of all inputs are aligned. `rank` is the rank of
 * the result without the batch axis.
 */
export function alignBatch(
  inputs: readonly Node[],
  batched: readonly boolean[],
  rank: number,
): Node[] {
  return inputs.map((input, index) => {
    const missing = rank + 1 - input.shape.length;
    if (!batched[index] || missing === 0) return input;
    const [size = 0, ...rest] = input.shape;
    return reshape(input, [size, ...new Array<number>(missing).fill(1), ...rest]);
  });
}

/**
 * Tells whether a shape broadcasts to another shape by NumPy's rules, without a change of the other
 * shape.
 */
export function broadcastsTo(from: Shape, to: Shape): boolean {
  const lead = to.length - from.length;
  return lead >= 0 && from.every((n, axis) => n === 1 || n === to[axis + lead]);
}
