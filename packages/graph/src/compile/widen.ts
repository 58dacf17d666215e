import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { withOrigin } from "../core/scope.ts";
import { topological } from "../core/topology.ts";
import { joinedLoopOp } from "../loop/joined.ts";
import { broadcastToOp } from "../ops/broadcastTo.ts";
import { constantOp } from "../ops/constant.ts";
import { double, doubleOp, single, singleOp } from "../ops/precision.ts";

/** A graph, and which of its values have 64 bits. */
export interface Widened {
  readonly roots: readonly Node[];
  readonly wide: ReadonlySet<Node>;
}

/**
 * Finds what is computed in 64 bits in a plan of 32 bits: values that come from `double` and did not pass through `single`.
 *
 * Kernels take floats of one type. So an op that is no loop over elements gets all of its floats in 64 bits. A root is rounded
 * if `rounded` returns true for its index.
 */
export function widen(given: readonly Node[], rounded: (index: number) => boolean): Widened {
  const wide = new Set<Node>();
  const made = new Map<Node, Node>();
  const isWide = (node: Node) => wide.has(node) && node.type === "float";
  const order = topological(given);
  if (!order.some(converts)) return { roots: given, wide };
  for (const node of order) {
    const inputs = node.inputs.map((input) => made.get(input) ?? input);
    const [first] = inputs as [Node];
    if (converts(node) && isWide(first) === (node.op === (doubleOp as Op))) {
      made.set(node, first);
      continue;
    }
    if (node.op === (doubleOp as Op)) {
      made.set(node, widened(first, wide));
      continue;
    }
    const mixed = node.op.expr === undefined && !converts(node) && inputs.some(isWide);
    const own = mixed ? inputs.map((one) => widened(one, wide)) : inputs;
    const result = withInputs(node, own);
    made.set(node, result);
    if (converts(node)) continue;
    const source = result.op.claims?.(result).node;
    // A loop has floats inside, whatever the type of its first result is.
    const counts = result.type === "float" || result.op === (joinedLoopOp as Op);
    if (counts && (source === undefined ? own.some(isWide) : wide.has(source))) wide.add(result);
  }
  const roots = given.map((root, index) => {
    const node = made.get(root) as Node;
    return isWide(node) && rounded(index) ? withOrigin(node, () => single(node)) : node;
  });
  return { roots, wide };
}

/** The graph without `double` and `single`, for plans of one float type. */
export function unconverted(given: readonly Node[]): readonly Node[] {
  const order = topological(given);
  if (!order.some(converts)) return given;
  const made = new Map<Node, Node>();
  for (const node of order) {
    const inputs = node.inputs.map((input) => made.get(input) as Node);
    made.set(node, converts(node) ? (inputs[0] as Node) : withInputs(node, inputs));
  }
  return given.map((root) => made.get(root) as Node);
}

/** Whether a node is a `double` or a `single`. */
function converts({ op }: Node): boolean {
  return op === (doubleOp as Op) || op === (singleOp as Op);
}

function withInputs(node: Node, inputs: readonly Node[]): Node {
  if (inputs.every((input, at) => input === node.inputs[at])) return node;
  return withOrigin(node, () => makeNode(node.op, inputs, node.attrs));
}

/** A value with 64 bits, if it is a float. A constant keeps all of its digits. */
function widened(node: Node, wide: Set<Node>): Node {
  if (node.type !== "float" || wide.has(node)) return node;
  const [first] = node.inputs;
  const spread = node.op === (broadcastToOp as Op) && first?.op === (constantOp as Op);
  const result = withOrigin(node, () => {
    if (spread) return makeNode(node.op, [widened(first, wide)], node.attrs);
    return node.op === (constantOp as Op) ? makeNode(node.op, [], node.attrs) : double(node);
  });
  wide.add(result);
  return result;
}
