import type { Expr, ScalarFn } from "../expr.ts";

/** Builds a call and simplifies it. */
export type Make = (fn: ScalarFn, ...args: readonly Expr[]) => Expr;

/**
 * A rule that simplifies a call. It returns a simpler expression, or null; the arguments are simple already.
 *
 * Rules hold for every finite value up to the sign of zero. They never make a number of a NaN.
 */
export type Rule = (args: readonly Expr[], make: Make) => Expr | null;

/** Rules by function. */
export type Rules = readonly (readonly [ScalarFn, Rule])[];

/** The argument of a call of `fn`, or null if the node is no such call. */
export function argumentOf(fn: ScalarFn, node: Expr | undefined): Expr | null {
  return node?.kind === "call" && node.fn === fn ? (node.args[0] as Expr) : null;
}
