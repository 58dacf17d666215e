import type { Node } from "@metrigrad/graph";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "./block.ts";
import { joined } from "./joined.ts";

/** Puts rows of earlier batches before those of a batch, whose first axis counts them: [n, …] ↦ [kn, …]. */
export type Widen = (name: string, rows: Node) => Node;

/**
 * The mean of a block of rows and those of the k − 1 batches before, as a block of all their rows, so that it is
 * solved in their space where they are few. Weights are those that rows had in their batch. Throws MetricError for a
 * block that is not made of rows.
 */
export function windowed({ madeOf, d, m, form }: Block, widen: Widen): Block {
  if (madeOf === null) {
    throw new MetricError({
      where: `metric block ${form}`,
      must: "a window over batches needs a block that is made of rows",
      got: form,
      todo: "keep a running average of it, or choose rows such as sharedGram, unitGram or softmaxGram",
    });
  }
  const { nu, factors, share } = madeOf;
  const x = widen("x", madeOf.x);
  const all = {
    ...madeOf,
    x,
    nu: nu && widen("nu", nu),
    factors: factors && widen("factors", factors),
    share: (share * (madeOf.x.shape[0] as number)) / (x.shape[0] as number),
  };
  return joined([all], { d, m, form });
}
