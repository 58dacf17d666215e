import type { Expr } from "./expr.ts";
import { postorder, rebuild, withArgs } from "./walk.ts";

const isDerived = (node: Expr) => node.kind === "call" && node.fn.define !== undefined;

/**
 * Replaces every function that has a definition by its definition, until all functions are primitives.
 *
 * @param exprs - The expressions; they do not change.
 * @returns The expressions in primitives, in their order.
 * @nothrow
 * @category Expressions
 */
export function expandAll(exprs: readonly Expr[]): Expr[] {
  let result = [...exprs];
  // A definition may use functions that have definitions too.
  while (postorder(result).some(isDerived)) {
    result = rebuild(result, (node, args) =>
      node.kind === "call" && node.fn.define ? node.fn.define(args) : withArgs(node, args),
    );
  }
  return result;
}

/**
 * Writes an expression in primitives, as {@link expandAll} does.
 *
 * @param expr - The expression; it does not change.
 * @returns The expression in primitives.
 * @nothrow
 * @category Expressions
 */
export function expand(expr: Expr): Expr {
  return expandAll([expr])[0] as Expr;
}
