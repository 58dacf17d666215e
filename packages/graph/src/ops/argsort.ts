import { normalizeAxis } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { permuted } from "./transpose.ts";

/** Attributes: the sorted axis, counted from the front, and the direction. */
interface SortAttrs {
  readonly axis: number;
  readonly descending: boolean;
}

const argsortOp: Op<SortAttrs> = {
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

/** How to sort. */
export interface SortOptions {
  /** The axis; the last one by default, negative ones count from the end. */
  readonly axis?: number;
  /** Whether the largest comes first; false by default. */
  readonly descending?: boolean;
}

/**
 * The positions of the elements of an axis in their order, as i32; of equal ones the first comes first,
 * in both directions. A NaN is above every number: it comes last, or first where the order descends.
 * No derivative.
 *
 * @param x - The value, of any type.
 * @param options - Axis and direction.
 * @returns i32 of x's shape.
 * @throws ShapeError for an axis out of range
 */
export function argsort(x: NodeLike, options: SortOptions = {}): Node {
  checkOptions("argsort", options, ["axis", "descending"]);
  const node = asNode(x);
  const axis = normalizeAxis("argsort", options.axis ?? -1, node.shape.length);
  return makeNode(argsortOp, [node], { axis, descending: options.descending ?? false });
}
