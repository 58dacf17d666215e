import { ShapeError } from "../errors.ts";
import type { Expr } from "./expr.ts";
import { rebuild, withArgs } from "./walk.ts";

/**
 * Replaces arguments of expressions by other expressions. Shared sub-expressions stay shared.
 *
 * @param exprs - The expressions; they do not change.
 * @param replacements - For each argument its replacement. An argument without one stays.
 * @returns The new expressions, in their order.
 * @throws {@link ShapeError} if a replacement has another type than the argument.
 * @category Expressions
 */
export function substituteAll(
  exprs: readonly Expr[],
  replacements: readonly (Expr | undefined)[],
): Expr[] {
  return rebuild(exprs, (node, args) => {
    if (node.kind !== "arg") return withArgs(node, args);
    const replacement = replacements[node.index];
    if (replacement !== undefined && replacement.type !== node.type) {
      throw new ShapeError({
        where: "substitute",
        must: `argument ${node.index} must stay ${node.type}`,
        got: replacement.type,
        todo: "cast with toFloat, toI32, toU32 or toBool",
      });
    }
    return replacement ?? node;
  });
}

/**
 * Replaces arguments of an expression, as {@link substituteAll} does.
 *
 * @param expr - The expression; it does not change.
 * @param replacements - For each argument its replacement. An argument without one stays.
 * @returns The new expression.
 * @throws {@link ShapeError} if a replacement has another type than the argument.
 * @category Expressions
 */
export function substitute(expr: Expr, replacements: readonly (Expr | undefined)[]): Expr {
  return substituteAll([expr], replacements)[0] as Expr;
}
