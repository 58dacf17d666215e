import { ShapeError } from "../errors.ts";
import type { Expr } from "./expr.ts";
import { rebuild, withArgs } from "./walk.ts";

/**
 * Expressions with argument k replaced by `replacements[k]`; an argument whose replacement is
 * undefined stays. Sub-expressions stay shared. Throws ShapeError where types differ.
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

/** One expression with its arguments replaced; see `substituteAll`. */
export function substitute(expr: Expr, replacements: readonly (Expr | undefined)[]): Expr {
  return substituteAll([expr], replacements)[0] as Expr;
}
