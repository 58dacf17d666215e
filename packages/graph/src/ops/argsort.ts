import { normalizeAxis } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { permuted } from "./transpose.ts";

/**
 * Attributes of sorting.
 *
 * @category Graph: own ops
 */
export interface SortAttrs {
  /** The axis that is sorted, counted from the front. */
  readonly axis: number;
  /** Whether the largest element comes first. */
  readonly descending: boolean;
}

/** The positions that sort the elements of an axis. */
export const argsortOp: Op<SortAttrs> = {
  name: "argsort",
  infer: ([x]) => ({ shape: (x as Node).shape, type: "i32" }),
  vjp: () => [null],
  batch: (node, [x]) =>
    makeNode(argsortOp, [x as Node], { ...node.attrs, axis: node.attrs.axis + 1 }),
  lower: (node, context) => {
    const { axis, descending } = node.attrs;
    const x = node.inputs[0] as Node;
    const order = [...x.shape.keys()].filter((other) => other !== axis);
    const last = (view: Parameters<typeof permuted>[0]) => permuted(view, [...order, axis]);
    const input = last(context.view(x));
    const output = last(context.result(node));
    context.emit({ kind: "sort", input, descending, output, label: context.label(node) });
  },
};

/**
 * Options of {@link sort} and {@link argsort}.
 *
 * @category Ops: sequences
 */
export interface SortOptions {
  /** The axis to sort; the last one by default. Negative axes count from the end. */
  readonly axis?: number;
  /** Whether the largest element comes first; false by default. */
  readonly descending?: boolean;
}

/**
 * Returns the positions that sort the elements of an axis.
 *
 * Equal elements keep their order, in both directions. A NaN counts as larger than every number: it
 * comes last, or first in descending order. The result has no derivative.
 *
 * @param x - The values, of any type.
 * @param options - The axis and the direction.
 * @returns The positions as i32, of x's shape.
 * @throws {@link ShapeError} if the axis is out of range.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: sequences
 */
export function argsort(x: NodeLike, options: SortOptions = {}): Node {
  checkOptions("argsort", options, ["axis", "descending"]);
  const node = asNode(x);
  const axis = normalizeAxis("argsort", options.axis ?? -1, node.shape.length);
  return makeNode(argsortOp, [node], { axis, descending: options.descending ?? false });
}
