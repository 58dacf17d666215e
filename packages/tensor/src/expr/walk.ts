import type { CallExpr, Expr } from "./expr.ts";

/**
 * Returns every sub-expression of some expressions once, arguments before the calls that use them.
 *
 * @param roots - The expressions.
 * @returns The sub-expressions in order, with the expressions themselves.
 * @nothrow
 * @category Expressions
 */
export function postorder(roots: readonly Expr[]): Expr[] {
  const order: Expr[] = [];
  const seen = new Set<Expr>();
  const stack: { node: Expr; next: number }[] = [];
  const enter = (node: Expr) => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "call") stack.push({ node, next: 0 });
    else order.push(node);
  };
  for (const root of roots) {
    enter(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const inner = (top.node as CallExpr).args[top.next++];
      if (inner !== undefined) {
        enter(inner);
      } else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}

/**
 * Builds expressions anew, from the leaves upwards.
 *
 * @param roots - The expressions; they do not change.
 * @param make - Returns the new node. It is called once per sub-expression, with the sub-expression and its new arguments.
 * @returns The new expressions, in their order.
 * @nothrow
 * @category Expressions
 */
export function rebuild(
  roots: readonly Expr[],
  make: (node: Expr, args: readonly Expr[]) => Expr,
): Expr[] {
  const made = new Map<Expr, Expr>();
  for (const node of postorder(roots)) {
    const args = node.kind === "call" ? node.args.map((inner) => made.get(inner) as Expr) : [];
    made.set(node, make(node, args));
  }
  return roots.map((root) => made.get(root) as Expr);
}

/** The same call on other arguments of the same types. It is the node itself if no argument differs. */
export function withArgs(node: Expr, args: readonly Expr[]): Expr {
  if (node.kind !== "call" || args.every((inner, i) => inner === node.args[i])) return node;
  return { ...node, args };
}

/**
 * Returns the arguments that an expression reads.
 *
 * @param expr - The expression.
 * @returns A list by index. It has holes for arguments that the expression does not read.
 * @nothrow
 * @category Expressions
 */
export function argsOf(expr: Expr): Expr[] {
  const args: Expr[] = [];
  for (const node of postorder([expr])) if (node.kind === "arg") args[node.index] = node;
  return args;
}
