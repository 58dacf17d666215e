import { arg } from "@metrigrad/tensor";
import { checkNotStored } from "../core/checkElements.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { LowerContext, Op } from "../core/op.ts";

/**
 * Copies the value to the other float type. When both types are the same, compiling removes the
 * node before this step.
 */
function converted(node: Node, context: LowerContext): void {
  const inputs = [context.view(node.inputs[0] as Node)];
  const outputs = [context.result(node)];
  const label = context.label(node);
  context.emit({ kind: "map", shape: node.shape, inputs, exprs: [arg(0)], outputs, label });
}

/** The value in floats of 64 bits. */
export const doubleOp: Op<null> = {
  name: "double",
  infer: ([x]) => ({ shape: (x as Node).shape, type: (x as Node).type }),
  vjp: (_, cotangent) => [single(cotangent)],
  batch: (_, [x]) => double(x as Node),
  lower: converted,
};

/** The value in the store's own floats. */
export const singleOp: Op<null> = {
  name: "single",
  infer: ([x]) => ({ shape: (x as Node).shape, type: (x as Node).type }),
  vjp: (_, cotangent) => [double(cotangent)],
  batch: (_, [x]) => single(x as Node),
  lower: converted,
};

/**
 * Converts a value to floats of 64 bits.
 *
 * Values that are computed from it have 64 bits too, until {@link single} is called. Floats of 32
 * bits that are combined with it are widened, and so are their derivatives. If you call `double` on
 * both operands, the derivatives keep the store's float type. So a model of 32 bits can compute an
 * ill-conditioned product, factor or solution in 64 bits. A loop with such an input runs completely
 * in 64 bits.
 *
 * In a store of 64 bits, and on a backend that has only 32 bits (gpu), the result is x itself.
 *
 * @param x - The value, of any shape. Integers and booleans do not change.
 * @returns A node of x's shape and type.
 * @throws {@link ShapeError} if x is a nested array whose rows differ in length, or if x is u8 or f16.
 * @category Ops: numerics
 */
export function double(x: NodeLike): Node {
  const node = asNode(x);
  checkNotStored("double", node);
  return node.type === "float" ? makeNode(doubleOp, [node], null) : node;
}

/**
 * Rounds a value to the store's own floats; see {@link double}.
 *
 * A value that is written to a variable is rounded without this call. In a loop that runs in 64
 * bits, the call does nothing.
 *
 * @param x - The value, of any shape. Integers and booleans do not change.
 * @returns A node of x's shape and type.
 * @throws {@link ShapeError} if x is a nested array whose rows differ in length, or if x is u8 or f16.
 * @category Ops: numerics
 */
export function single(x: NodeLike): Node {
  const node = asNode(x);
  checkNotStored("single", node);
  return node.type === "float" ? makeNode(singleOp, [node], null) : node;
}
