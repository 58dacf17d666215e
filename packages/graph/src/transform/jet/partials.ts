import { derivative, type Expr } from "@metrigrad/tensor";
import { makeNode, type Node } from "../../core/node.ts";
import { constant } from "../../ops/constant.ts";
import { type PointwiseOp, pointwiseOp } from "../../ops/pointwise.ts";

/** A partial derivative of an expression, and its own ones. */
interface Partial {
  readonly expr: Expr | null;
  readonly next: Map<number, Partial>;
  op: PointwiseOp | null;
}

/** By op, then by the expression, which depends on the types of the inputs. */
const roots = new WeakMap<object, Map<Expr, Partial>>();

/**
 * A partial derivative of an element-wise node by its inputs at positions, which may repeat.
 * @returns of the node's shape, or a constant; null for zero
 */
export function partialOf(node: Node, positions: readonly number[]): Node | null {
  const root = node.op.expr?.(node) as Expr;
  const ofOp = roots.get(node.op) ?? new Map<Expr, Partial>();
  roots.set(node.op, ofOp);
  let found: Partial = ofOp.get(root) ?? { expr: root, next: new Map(), op: null };
  ofOp.set(root, found);
  // Partials commute: ascending order finds equal ones.
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
