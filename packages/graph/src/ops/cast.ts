import { isStoredOnly, primitiveFns, ShapeError, type ValueType } from "@metrigrad/tensor";
import { checkValueType } from "../core/checkValueType.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import { notEqual } from "./comparison.ts";
import { type Elementwise, fromScalar } from "./elementwise.ts";
import { gather } from "./gather.ts";
import { iota } from "./iota.ts";
import { reshape } from "./reshape.ts";

/** The element-wise conversion to each type. */
const conversions = {
  float: fromScalar(primitiveFns.toFloat),
  i32: fromScalar(primitiveFns.toI32),
  u32: fromScalar(primitiveFns.toU32),
  bool: fromScalar(primitiveFns.toBool),
} as const satisfies Record<string, Elementwise>;

/**
 * Converts stored elements. Only gathers read them, so the value is gathered as the only row of
 * [1, shape…].
 */
function fromStored(x: Node, type: "float" | "i32" | "u32"): Node {
  const row = gather(reshape(x, [1, ...x.shape]), iota(1), { type });
  return reshape(row, x.shape);
}

/**
 * Converts a value to another element type.
 *
 * Floats are truncated to integers and limited to their range; NaN becomes 0. i32 and u32 keep
 * their bits. A bool is true where x ≠ 0. An f16 becomes the float that it is. From bool come 0 and 1. A cast of floats to float changes
 * nothing and keeps the derivative; all other casts have none.
 *
 * @param x - The value, of any type.
 * @param type - The new type: `float`, `i32`, `u32` or `bool`.
 * @returns A value of x's shape and the new type.
 * @throws {@link ShapeError} if the new type is `u8` or `f16` and x has another; only data have
 *   these types.
 * @throws {@link GraphError} if the type is none.
 * @category Ops: elements
 */
export function cast(x: NodeLike, type: ValueType): Node {
  checkValueType("cast", type, 'call cast(x, "float")');
  const node = asNode(x);
  if (node.type === type) return node;
  if (isStoredOnly(type)) {
    throw new ShapeError({
      where: "cast",
      must: "the type must be float, i32, u32 or bool",
      got: type,
      todo: `keep ${type} in data variables and inputs only`,
    });
  }
  if (!isStoredOnly(node.type)) return makeNode(conversions[type].op, [node], null);
  if (type !== "bool") return fromStored(node, type);
  return notEqual(fromStored(node, node.type === "u8" ? "i32" : "float"), 0);
}
