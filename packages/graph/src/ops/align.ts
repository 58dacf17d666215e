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
