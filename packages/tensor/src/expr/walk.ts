import type { CallExpr, Expr } from "./expr.ts";

/** Every sub-expression of the roots once, arguments before the calls that use them. */
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

/** Rebuilds expressions bottom-up; `make` gets each sub-expression once, with its new arguments. */
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

/** The same call on other arguments of the same types; the node itself where none differs. */
export function withArgs(node: Expr, args: readonly Expr[]): Expr {
  if (node.kind !== "call" || args.every((inner, i) => inner === node.args[i])) return node;
  return { ...node, args };
}

/** The arguments that an expression reads, by index; holes where none is read. */
export function argsOf(expr: Expr): Expr[] {
  const args: Expr[] = [];
  for (const node of postorder([expr])) if (node.kind === "arg") args[node.index] = node;
  return args;
}
