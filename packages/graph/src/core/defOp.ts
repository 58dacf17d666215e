import { asNode, type NodeLike } from "./like.ts";
import { makeNode, type Node } from "./node.ts";
import type { Op } from "./op.ts";

/** A callable op. */
export interface DefinedOp<A> {
  (inputs: readonly NodeLike[], attrs: A): Node<A>;
  readonly op: Op<A>;
}

/**
 * Makes an op with rules of its own callable; it registers nothing. An op that is a formula per
 * element needs only `defElementwise`, and one made of other ops is a plain function. Calling it
 * throws what its `infer` throws.
 */
export function defOp<A>(op: Op<A>): DefinedOp<A> {
  const apply = (inputs: readonly NodeLike[], attrs: A): Node<A> =>
    makeNode(
      op,
      inputs.map((value) => asNode(value)),
      attrs,
    );
  Object.defineProperty(apply, "name", { value: op.name });
  return Object.freeze(Object.assign(apply, { op: Object.freeze(op) }));
}
