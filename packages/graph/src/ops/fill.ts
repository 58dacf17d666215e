import type { Shape, ValueType } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { constant } from "./constant.ts";

/**
 * Makes a value whose elements are all the same number. It takes no memory.
 *
 * @param shape - The shape.
 * @param value - The number.
 * @param type - The element type; `float` by default.
 * @returns The value, of the given shape and type.
 * @throws {@link ShapeError} if the shape is not a list of sizes, or if the number is a fraction
 *   and the type is an integer type.
 * @throws {@link GraphError} if the type is none.
 * @category Ops: shapes
 */
export function fill(shape: Shape, value: number, type: ValueType = "float"): Node {
  return broadcastTo(constant(value, type), shape);
}

/**
 * Makes zeros of a node's shape and type.
 *
 * @param node - The node.
 * @returns The zeros.
 * @nothrow
 * @category Ops: shapes
 */
export function zerosLike(node: Node): Node {
  return fill(node.shape, 0, node.type);
}

/**
 * Makes ones of a node's shape and type.
 *
 * @param node - The node.
 * @returns The ones.
 * @nothrow
 * @category Ops: shapes
 */
export function onesLike(node: Node): Node {
  return fill(node.shape, 1, node.type);
}
