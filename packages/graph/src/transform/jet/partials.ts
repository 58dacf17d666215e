import { derivative, type Expr } from "@metrigrad/tensor";
import { makeNode, type Node } from "../../core/node.ts";
import { constant } from "../../ops/constant.ts";
import { type PointwiseOp, pointwiseOp } from "../../ops/pointwise.ts";

/** A partial derivative of an expression, and the partial derivatives of that. */
interface Partial {
  readonly expr: Expr | null;
  readonly next: Map<number, Partial>;
  op: PointwiseOp | null;
}

/** Known derivatives, by op and then by expression. The expression depends on the types of the inputs. */
const roots = new WeakMap<object, Map<Expr, Partial>>();

/**
 * A partial derivative of an element-wise node by its inputs at some positions, which may repeat.
 *
 * The result has the node's shape, or is a constant, or is null for zero.
 */
export function partialOf(node: Node, positions: readonly number[]): Node | null {
  const root = node.op.expr?.(node) as Expr;
  const ofOp = roots.get(node.op) ?? new Map<Expr, Partial>();
  roots.set(node.op, ofOp);
  let found: Partial = ofOp.get(root) ?? { expr: root, next: new Map(), op: null };
  ofOp.set(root, found);
  // The order of partial derivatives does not matter. In ascending order equal ones are found again.
  const order = positions.toSorted((a, b) => a - b);
  for (const at of order) {
    const { expr, next } = found;
    if (expr === null) return null;
    const known = next.get(at) ?? { expr: derivative(expr, at), next: new Map(), op: null };
    next.set(at, known);
    found = known;
  }
  const { expr } = found;
  if (expr === null) return null;
  if (expr.kind === "const") return constant(Number(expr.value));
  if (expr.kind === "arg") return node.inputs[expr.index] as Node;
  found.op ??= pointwiseOp(`${node.op.name}'${order.join("")}`, node.inputs.length, () => expr);
  return makeNode(found.op, node.inputs, null);
}
