import { asNode, type NodeLike } from "./like.ts";
import { makeNode, type Node } from "./node.ts";
import type { Op } from "./op.ts";

/**
 * A function that applies an op to inputs, as {@link defOp} returns it.
 *
 * @category Graph: own ops
 */
export interface DefinedOp<A> {
  /**
   * Applies the op to inputs.
   *
   * @param inputs - The inputs: nodes, numbers, tensors or nested arrays.
   * @param attrs - The attributes of the op.
   * @returns The node of the result.
   * @throws {@link GraphError} if an input is undefined or null.
   * @throws {@link ShapeError} if the op's `infer` refuses the inputs.
   */
  (inputs: readonly NodeLike[], attrs: A): Node<A>;
  /** The op, with all its rules. */
  readonly op: Op<A>;
}

/**
 * Makes a function that applies an op with rules of its own.
 *
 * Nothing is registered. Write an op in this way only if it needs its own kernel or its own derivative. A formula per element
 * needs only {@link defElementwise}, and an op that is made of other ops is a plain function.
 *
 * {@includeCode ../../../../examples/api/graph/defOp.ts#example}
 *
 * @param op - The rules: shape, derivative, batches and steps.
 * @returns The function. It has the name of the op.
 * @nothrow
 * @category Graph: own ops
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
