import { checkShape, tensor } from "@metrigrad/tensor";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";

/** The integers 0, 1, …, n − 1 as i32. */
export const iotaOp: Op<{ readonly size: number }> = {
  name: "iota",
  infer: (_, { size }) => ({ shape: [size], type: "i32" }),
  vjp: () => [],
  batch: (node) => node,
  lower: (node, context) => {
    const value = tensor(Int32Array.from({ length: node.attrs.size }, (_, index) => index));
    context.place(node, context.constant({ value, type: "i32" }));
  },
};

/**
 * Makes the integers 0, 1, …, size − 1.
 *
 * @param size - How many integers.
 * @returns The integers as i32, [size].
 * @throws {@link ShapeError} if the size is not a non-negative integer.
 * @category Ops: shapes
 */
export function iota(size: number): Node {
  checkShape("iota", [size]);
  return makeNode(iotaOp, [], { size });
}
