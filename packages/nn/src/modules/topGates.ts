import {
  argMax,
  cast,
  equal,
  expandDims,
  fill,
  iota,
  logicalOr,
  type Node,
  softmax,
  stopGradient,
  where,
} from "@metrigrad/graph";

/** A number far below any logit. It is finite, because 0·∞ would be NaN in derivatives. */
const never = -1e30;

/** The experts that are chosen for each row, bool [rows, experts]; null for all. */
export type Chosen = Node | null;

/**
 * Returns the `top` largest logits of every row of [rows, experts]. Of equal logits the first ones are chosen. The result
 * has no derivative.
 */
export function topChosen(logits: Node, top: number): Chosen {
  const experts = logits.shape[1] as number;
  if (top === experts) return null;
  let open = stopGradient(logits);
  let chosen: Chosen = null;
  for (let round = 0; round < top; round++) {
    const largest = equal(expandDims(argMax(open, { axis: 1 }), 1), iota(experts));
    chosen = chosen === null ? largest : logicalOr(chosen, largest);
    open = where(largest, never, open);
  }
  return chosen;
}

/** Returns the soft-max over the chosen logits, exactly 0 for the others. */
export function chosenSoftmax(logits: Node, chosen: Chosen): Node {
  return softmax(chosen === null ? logits : where(chosen, logits, never), { axis: 1 });
}

/** Returns 1 for chosen experts and 0 for the others, float [rows, experts]. */
export function asMask(chosen: Chosen, shape: readonly number[]): Node {
  return chosen === null ? fill(shape, 1) : cast(chosen, "float");
}
