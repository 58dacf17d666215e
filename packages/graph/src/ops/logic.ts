import { primitiveFns } from "@metrigrad/tensor";
import { asNode, asNodes, type NodeLike } from "../core/like.ts";
import {
  type Binary,
  type Elementwise,
  elementwise,
  fromScalar,
  type Unary,
} from "./elementwise.ts";

/**
 * Tells where both x and y are true. Both are bool.
 *
 * @category Ops: elements
 */
export const logicalAnd: Binary = fromScalar(primitiveFns.and, "logicalAnd");

/**
 * Tells where x or y is true, or both. Both are bool.
 *
 * @category Ops: elements
 */
export const logicalOr: Binary = fromScalar(primitiveFns.or, "logicalOr");

/**
 * Tells where x is false. It is bool.
 *
 * @category Ops: elements
 */
export const logicalNot: Unary = fromScalar(primitiveFns.not, "logicalNot");

/**
 * Chooses element by element: x where the condition is true, and y elsewhere.
 *
 * The condition is bool; x and y have the same type; all three broadcast. The derivative by the
 * value that is not chosen is 0. That holds also through element-wise ops before it, even where
 * their derivatives are infinite. Through other ops, such as products and sums, 0·∞ gives NaN.
 *
 * {@includeCode ../../../../examples/api/graph/where.ts#example}
 *
 * @category Ops: elements
 */
export const where: Elementwise<[condition: NodeLike, x: NodeLike, y: NodeLike]> = elementwise(
  fromScalar(primitiveFns.select, "where").op,
  ([condition, ...values]) => [asNode(condition as NodeLike, "bool"), ...asNodes(values)],
);
