import type { Expr } from "./expr.ts";
import { postorder, rebuild, withArgs } from "./walk.ts";

const isDerived = (node: Expr) => node.kind === "call" && node.fn.define !== undefined;

/** Expressions with every function that has a `define` replaced by primitives. */
export function expandAll(exprs: readonly Expr[]): Expr[] {
  let result = [...exprs];
  // A definition may use functions that have definitions themselves.
  while (postorder(result).some(isDerived)) {
    result = rebuild(result, (node, args) =>
      node.kind === "call" && node.fn.define ? node.fn.define(args) : withArgs(node, args),
    );
  }
  return result;
}

/** One expression in primitives; see `expandAll`. */
export function expand(expr: Expr): Expr {
  return expandAll([expr])[0] as Expr;
}
