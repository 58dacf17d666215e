import { type Shape, sameShape, tensor } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import type { Origin } from "../core/scope.ts";
import { broadcastToOp } from "../ops/broadcastTo.ts";
import { constantOp, uniformValue } from "../ops/constant.ts";
import { reshapeOp } from "../ops/reshape.ts";
import type { Intern } from "./pool.ts";

/** The origin of constants, which belong to no module. */
const nowhere: Origin = { scope: "", role: null };

/** The inputs of an element-wise op before they were reshaped, and their shape. */
export interface Sunk {
  readonly inputs: readonly Node[];
  readonly shape: Shape;
}

/**
 * Finds element-wise ops that should be computed before a reshape instead of after it.
 *
 * All inputs of such an op are reshaped from one shape, or are one number, and a product is among the values that they are
 * computed from. Products treat rows of several axes as one axis, so such an op can then run with the product. For all other ops
 * the function returns null.
 */
export function sinker(intern: Intern): (shape: Shape, inputs: readonly Node[]) => Sunk | null {
  const known = new Map<Node, boolean>();
  /** Whether a node is a product, or is computed by a loop over elements that could run with a product. */
  const follows = (root: Node): boolean => {
    const stack = [root];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const elementwise = node.op.expr !== undefined;
      const missing = elementwise ? node.inputs.filter((input) => !known.has(input)) : [];
      stack.push(...missing);
      if (missing.length > 0) continue;
      const after = elementwise && node.inputs.some((input) => known.get(input) === true);
      known.set(node, after || node.op.finishes?.(node) === true);
      stack.pop();
    }
    return known.get(root) === true;
  };
  return (shape, inputs) => {
    const sources = inputs.map((input) => {
      const value = uniformValue(bare(input));
      if (value !== null) {
        const attrs = { value: tensor(value), type: input.type };
        return intern(constantOp, [], attrs, nowhere) as Node;
      }
      const reshaped = input.op === (reshapeOp as unknown) && sameShape(input.shape, shape);
      return reshaped ? (input.inputs[0] as Node) : null;
    });
    if (sources.includes(null)) return null;
    const whole = sources.filter((_, at) => inputs[at]?.op === (reshapeOp as unknown)) as Node[];
    const [first] = whole;
    if (first === undefined || !whole.every((one) => sameShape(one.shape, first.shape)))
      return null;
    return whole.some(follows) ? { inputs: sources as Node[], shape: first.shape } : null;
  };
}

/** The value that a broadcast repeats. */
function bare(node: Node): Node {
  let inner = node;
  while (inner.op === (broadcastToOp as unknown)) inner = inner.inputs[0] as Node;
  return inner;
}
