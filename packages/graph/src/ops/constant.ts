import {
  ShapeError,
  sizeOf,
  type Tensor,
  tensor,
  type ValueType,
  valueTypeOf,
} from "@metrigrad/tensor";
import { checkValueType } from "../core/checkValueType.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { ConstantAttrs, Op } from "../core/op.ts";

export type { ConstantAttrs } from "../core/op.ts";

let unnamed = 0;
const names = new WeakMap<Tensor, number>();

/** A fixed value. */
export const constantOp: Op<ConstantAttrs> = {
  name: "constant",
  infer: (_, { value, type }) => ({ shape: value.shape, type }),
  vjp: () => [],
  batch: (node) => node,
  lower: (node, context) => context.place(node, context.constant(node.attrs)),
  key: ({ value, type }) => {
    if (sizeOf(value.shape) === 1)
      return `${type} ${value.shape.join()} ${Object.is(value.item(), -0) ? "-0" : value.item()}`;
    if (!names.has(value)) names.set(value, unnamed++);
    return `${type} #${names.get(value)}`;
  },
};

/**
 * Makes a node with a fixed value.
 *
 * @param value - A number, or a host tensor.
 * @param type - The element type of a number; `float` by default. A tensor has the type of its
 *   elements.
 * @returns A node of the tensor's shape, or a scalar.
 * @throws {@link ShapeError} if the number is a fraction and the type is an integer type.
 * @throws {@link GraphError} if the type is none.
 * @category Graph: compile and run
 */
export function constant(value: number | Tensor, type?: ValueType): Node<ConstantAttrs> {
  if (type !== undefined)
    checkValueType("constant", type, 'choose one, or leave it out for "float"');
  const whole = type !== undefined && type !== "float" && type !== "bool";
  if (whole && typeof value === "number" && !Number.isInteger(value)) {
    throw new ShapeError({
      where: "constant",
      must: `a number beside ${type} values must be an integer`,
      got: String(value),
      todo: 'cast the values first: cast(x, "float")',
    });
  }
  const held = typeof value === "number" ? tensor(value) : value;
  const own = typeof value === "number" ? "float" : valueTypeOf(held.dtype);
  return makeNode(constantOp, [], { value: held, type: type ?? own });
}

/** Returns the number that every element of a node has, or null if it is not one known number. */
export function uniformValue(node: Node): number | null {
  if (node.op !== (constantOp as Op)) return null;
  const { value } = node.attrs as ConstantAttrs;
  return sizeOf(value.shape) === 1 ? value.item() : null;
}
