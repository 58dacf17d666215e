import type { Shape } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { reshape } from "./reshape.ts";

/**
 * Inputs of a broadcasting op made ready for a new leading axis: batched ones [B, s…] of lower
 * rank become [B, 1…, s…], so that the batch axes meet. `rank` is the unbatched result's.
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

/** Whether a shape repeats to another one by NumPy's rules, which stays as it is. */
export function broadcastsTo(from: Shape, to: Shape): boolean {
  const lead = to.length - from.length;
  return lead >= 0 && from.every((n, axis) => n === 1 || n === to[axis + lead]);
}
