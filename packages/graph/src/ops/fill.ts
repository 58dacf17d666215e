import type { Shape, ValueType } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { constant } from "./constant.ts";

/** A value of the given shape whose elements are all the same number; takes no memory. */
export function fill(shape: Shape, value: number, type: ValueType = "float"): Node {
  return broadcastTo(constant(value, type), shape);
}

/** Zeros of a node's shape and type. */
export function zerosLike(node: Node): Node {
  return fill(node.shape, 0, node.type);
}

/** Ones of a node's shape and type. */
export function onesLike(node: Node): Node {
  return fill(node.shape, 1, node.type);
}
