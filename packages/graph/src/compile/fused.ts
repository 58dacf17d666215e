import { arg, call, type Expr, literal, type ScalarType, type View } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { uniformValue } from "../ops/constant.ts";
import { broadcastView } from "./views.ts";

/** Expressions over views, which are collected while nodes are put into one loop. */
export interface FusedLoop {
  readonly inputs: View[];
  /** The nodes that the loop computes, so far. */
  readonly nodes: Node[];
  /** The expression of a node. Shared nodes give shared expressions. */
  exprOf(node: Node): Expr;
}

/**
 * Begins a loop over `shape`. It computes the nodes for which `inline` is true, and reads all other nodes from their views.
 *
 * If the loop is the epilogue of a product, its first argument is the product, which is no input.
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

/** The expression of a node, with the expressions of its inputs as arguments. */
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
