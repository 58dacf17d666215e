import { primitiveFns } from "@metrigrad/tensor";
import { asNode, asNodes, type NodeLike } from "../core/like.ts";
import {
  type Binary,
  type Elementwise,
  elementwise,
  fromScalar,
  type Unary,
} from "./elementwise.ts";

/** x ∧ y of booleans. */
export const logicalAnd: Binary = fromScalar(primitiveFns.and, "logicalAnd");

/** x ∨ y of booleans. */
export const logicalOr: Binary = fromScalar(primitiveFns.or, "logicalOr");

/** ¬x of a boolean. */
export const logicalNot: Unary = fromScalar(primitiveFns.not, "logicalNot");

/**
 * x where the bool condition holds, else y of the same type; all three broadcast. The value that is
 * not chosen has cotangent 0, and so has what element-wise ops compute it from, even where their
 * derivatives are infinite; behind other ops (products, sums) 0·∞ is NaN.
 */
export const where: Elementwise<[condition: NodeLike, x: NodeLike, y: NodeLike]> = elementwise(
  fromScalar(primitiveFns.select, "where").op,
  ([condition, ...values]) => [asNode(condition as NodeLike, "bool"), ...asNodes(values)],
);
