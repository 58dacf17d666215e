import { add, max, min, mul } from "./arithmetic.ts";
import { bitAnd, bitOr, bitXor } from "./bits.ts";
import type { Expr, ScalarFn } from "./expr.ts";
import { and, eq, ne, or } from "./logic.ts";
import { exprPool, fold } from "./pool.ts";
import { arithmeticRules } from "./rewrite/arithmetic.ts";
import { logicRules } from "./rewrite/logic.ts";
import { powerRules } from "./rewrite/power.ts";
import type { Make } from "./rewrite/rule.ts";
import { rebuild } from "./walk.ts";

const rules = new Map([...arithmeticRules, ...powerRules, ...logicRules]);
const commutative = new Set([add, mul, min, max, and, or, eq, ne, bitAnd, bitOr, bitXor]);

/**
 * Simplifies expressions; their values stay the same.
 *
 * It computes constants in float64, drops neutral elements and double signs, and writes small powers as products. It takes
 * branches whose condition is known. Equal sub-expressions become one object, also across expressions.
 *
 * Values stay the same for finite arguments, up to rounding of powers and the sign of zero. A NaN never becomes a number.
 *
 * @param exprs - The expressions; they do not change.
 * @returns The simplified expressions, in their order. What cannot be simplified is the same object.
 * @nothrow
 * @category Expressions
 */
export function simplifyAll(exprs: readonly Expr[]): Expr[] {
  const pool = exprPool((fn) => commutative.has(fn));
  const simple = (fn: ScalarFn, args: readonly Expr[], like?: Expr): Expr => {
    const constant = fold(fn, args);
    if (constant !== null) return pool.leaf(constant);
    const better = rules.get(fn)?.(args, make) ?? null;
    if (better !== null) return better.kind === "call" ? better : pool.leaf(better);
    return pool.call(fn, args, like?.kind === "call" ? like : undefined);
  };
  const make: Make = (fn, ...args) =>
    simple(
      fn,
      args.map((inner) => (inner.kind === "call" ? inner : pool.leaf(inner))),
    );
  return rebuild(exprs, (node, args) =>
    node.kind === "call" ? simple(node.fn, args, node) : pool.leaf(node),
  );
}

/**
 * Simplifies an expression, as {@link simplifyAll} does.
 *
 * @param expr - The expression; it does not change.
 * @returns The simplified expression.
 * @nothrow
 * @category Expressions
 */
export function simplify(expr: Expr): Expr {
  return simplifyAll([expr])[0] as Expr;
}
