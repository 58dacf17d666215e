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

/** Far below any logit, and finite: 0·∞ would be NaN in derivatives. */
const never = -1e30;

/** Which experts of a row are chosen, bool [rows, experts]; null: all. */
export type Chosen = Node | null;

/** The `top` largest logits of every row [rows, experts], the first ones of equal ones. It has no derivative. */
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

/** The soft-max over the chosen logits, exactly 0 for the others. */
export function chosenSoftmax(logits: Node, chosen: Chosen): Node {
  return softmax(chosen === null ? logits : where(chosen, logits, never), { axis: 1 });
}

/** 1 where an expert is chosen, else 0, float [rows, experts]. */
export function asMask(chosen: Chosen, shape: readonly number[]): Node {
  return chosen === null ? fill(shape, 1) : cast(chosen, "float");
}
