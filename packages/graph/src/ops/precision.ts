import { arg } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { LowerContext, Op } from "../core/op.ts";

/** A copy in other floats; where they would be no others, compiling has taken the node out. */
function converted(node: Node, context: LowerContext): void {
  const inputs = [context.view(node.inputs[0] as Node)];
  const outputs = [context.result(node)];
  const label = context.label(node);
  context.emit({ kind: "map", shape: node.shape, inputs, exprs: [arg(0)], outputs, label });
}

export const doubleOp: Op<null> = {
  name: "double",
  infer: ([x]) => ({ shape: (x as Node).shape, type: (x as Node).type }),
  vjp: (_, cotangent) => [single(cotangent)],
  batch: (_, [x]) => double(x as Node),
  lower: converted,
};

export const singleOp: Op<null> = {
  name: "single",
  infer: ([x]) => ({ shape: (x as Node).shape, type: (x as Node).type }),
  vjp: (_, cotangent) => [double(cotangent)],
  batch: (_, [x]) => single(x as Node),
  lower: converted,
};

/**
 * The value in floats of 64 bits. What is computed from it has 64 bits too, until `single`; floats that
 * meet it are widened, and so are their derivatives (`double` of both keeps these in the store's floats). So an
 * ill-conditioned product, factor and solve can have them in a model of 32 bits. A loop with such an input runs in 64
 * bits as a whole. In a store of 64 bits, and on a backend that has 32 only (gpu), it is x.
 * @param x - A value of any shape; integers and booleans stay as they are
 * @returns a node of x's shape and type
 */
export function double(x: NodeLike): Node {
  const node = asNode(x);
  return node.type === "float" ? makeNode(doubleOp, [node], null) : node;
}

/**
 * The value rounded to the store's own floats; see `double`. What a variable is set to is rounded without
 * being asked. In a loop that runs in 64 bits it does nothing.
 * @param x - A value of any shape; integers and booleans stay as they are
 * @returns a node of x's shape and type
 */
export function single(x: NodeLike): Node {
  const node = asNode(x);
  return node.type === "float" ? makeNode(singleOp, [node], null) : node;
}
