import { arg, call, type Expr, literal, type ScalarType, type View } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { uniformValue } from "../ops/constant.ts";
import { broadcastView } from "./views.ts";

/** Expressions over views, collected while nodes are taken into one loop. */
export interface FusedLoop {
  readonly inputs: View[];
  /** Nodes that are computed in it, so far. */
  readonly nodes: Node[];
  /** The expression of a node; shared nodes give shared expressions. */
  exprOf(node: Node): Expr;
}

/**
 * Starts a loop over `shape`: nodes for which `inline` holds are computed in it, others are read
 * from their views. As the epilogue of a product it has that for its first argument, which is no input.
 */
export function fusedLoop(
  shape: readonly number[],
  inline: (node: Node) => boolean,
  viewOf: (node: Node) => View,
  product: Node | null = null,
): FusedLoop {
  const inputs: View[] = [];
  const nodes: Node[] = [];
  const exprs = new Map<Node, Expr>();
  const first = product === null ? 0 : 1;
  if (product !== null) exprs.set(product, arg(0));
  const leaf = (node: Node): Expr => {
    const value = uniformValue(node);
    const type = node.type as ScalarType;
    if (value !== null) return literal(value, type);
    inputs.push(broadcastView(viewOf(node), shape));
    return arg(first + inputs.length - 1, type);
  };
  const exprOf = (root: Node): Expr => {
    const stack = [root];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      if (exprs.has(node)) {
        stack.pop();
      } else if (!inline(node)) {
        exprs.set(node, leaf(node));
      } else {
        const missing = node.inputs.filter((input) => !exprs.has(input));
        stack.push(...missing);
        if (missing.length > 0) continue;
        exprs.set(node, applied(node, exprs));
        nodes.push(node);
      }
    }
    return exprs.get(root) as Expr;
  };
  return { inputs, nodes, exprOf };
}

/** The node's expression with its inputs' expressions for arguments. */
function applied(node: Node, exprs: ReadonlyMap<Node, Expr>): Expr {
  const own = node.op.expr?.(node) as Expr;
  if (own.kind !== "call") return own.kind === "arg" ? inputExpr(node, own.index, exprs) : own;
  // After simplification every element-wise node is one scalar function of its inputs, in order.
  return call(
    own.fn,
    ...own.args.map((a) => (a.kind === "arg" ? inputExpr(node, a.index, exprs) : a)),
  );
}

function inputExpr(node: Node, index: number, exprs: ReadonlyMap<Node, Expr>): Expr {
  return exprs.get(node.inputs[index] as Node) as Expr;
}
