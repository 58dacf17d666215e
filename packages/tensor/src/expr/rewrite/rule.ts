import type { Expr, ScalarFn } from "../expr.ts";

/** Builds a call and simplifies it. */
export type Make = (fn: ScalarFn, ...args: readonly Expr[]) => Expr;

/**
 * A simpler expression for a call on arguments that are simple already, or null. Rules hold for
 * every finite value up to the sign of zero, and never make a number of a NaN.
 */
export type Rule = (args: readonly Expr[], make: Make) => Expr | null;

/** Rules by function. */
export type Rules = readonly (readonly [ScalarFn, Rule])[];

/** The argument of a call of `fn`, or null. */
export function argumentOf(fn: ScalarFn, node: Expr | undefined): Expr | null {
  return node?.kind === "call" && node.fn === fn ? (node.args[0] as Expr) : null;
}
