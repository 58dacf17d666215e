import {
  type Shape,
  ShapeError,
  sameShape,
  showShape,
  sizeOf,
  stridesOf,
  tensor,
} from "@metrigrad/tensor";
import { reshapeView } from "../compile/views.ts";
import { checkList } from "../core/checkList.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { type ConstantAttrs, constant, uniformValue } from "./constant.ts";

/** The same elements, in row-major order, in another shape. */
export const reshapeOp: Op<{ readonly shape: Shape }> = {
  name: "reshape",
  infer: ([x], { shape }) => ({ shape, type: (x as Node).type }),
  vjp: (node, cotangent) => [reshape(cotangent, (node.inputs[0] as Node).shape)],
  batch: (node, [x], _, size) => reshape(x as Node, [size, ...node.attrs.shape]),
  lower: (node, context) => {
    const x = node.inputs[0] as Node;
    const { shape } = node;
    const source = context.view(x);
    const view = reshapeView(source, shape);
    if (view !== null) return context.place(node, view);
    const output = context.result(node);
    const strides = stridesOf(x.shape);
    const back = reshapeView(output, x.shape);
    if (back !== null) {
      context.emit({ kind: "copy", input: source, output: back, label: context.label(node) });
      return;
    }
    const packed = { ...context.scratch(x.shape, x.type, "packed"), shape: x.shape, strides };
    context.emit({ kind: "copy", input: source, output: packed, label: context.label(node) });
    const input = { ...packed, shape, strides: stridesOf(shape) };
    context.emit({ kind: "copy", input, output, label: context.label(node) });
  },
  passes: (node, output) => reshapeView(output, (node.inputs[0] as Node).shape),
  rewrite: (node) => {
    const x = node.inputs[0] as Node;
    if (uniformValue(x) !== null) {
      const { value, type } = x.attrs as ConstantAttrs;
      return constant(tensor(value.data(), { shape: node.shape, dtype: value.dtype }), type);
    }
    if (sameShape(x.shape, node.shape)) return x;
    return x.op === (reshapeOp as Op) ? reshape(x.inputs[0] as Node, node.shape) : node;
  },
};

/**
 * Gives the same elements, in row-major order, another shape.
 *
 * @param x - The value, of any type.
 * @param shape - The new shape. One size may be −1; it is computed from the others.
 * @returns The value in the new shape.
 * @throws {@link ShapeError} if the number of elements differs, or if a size is not a count.
 * @category Ops: shapes
 */
export function reshape(x: NodeLike, shape: Shape): Node {
  const node = asNode(x);
  checkList("reshape", "the shape", shape);
  const size = sizeOf(node.shape);
  const known = sizeOf(shape.filter((n) => n !== -1));
  const filled = shape.map((n) => (n === -1 && known > 0 ? size / known : n));
  if (sizeOf(filled) !== size || filled.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ShapeError({
      where: "reshape",
      must: `the shape must have the operand's ${size} elements (${showShape(node.shape)})`,
      got: showShape(shape),
      todo: "choose sizes whose product is that, at most one of them −1",
    });
  }
  return sameShape(filled, node.shape) ? node : makeNode(reshapeOp, [node], { shape: filled });
}
