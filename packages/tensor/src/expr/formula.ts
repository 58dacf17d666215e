/** Short ways to write the definitions of functions: numbers stand for literals. */
import { abs as absFn, add, div, mul, neg, round as roundFn, sub } from "./arithmetic.ts";
import { call, literal } from "./build.ts";
import type { Expr, ScalarFn } from "./expr.ts";
import { gt, lt, select } from "./logic.ts";
import { log as logFn, sqrt as sqrtFn } from "./transcendental.ts";

/** An expression, or a float literal. */
export type Term = Expr | number;

/** An expression of a term: a number becomes a literal. */
const expr = (x: Term): Expr => (typeof x === "number" ? literal(x) : x);
/** A function of expressions or numbers, from a scalar function. */
const of =
  (fn: ScalarFn) =>
  (...args: readonly Term[]): Expr =>
    call(fn, ...args.map(expr));

export const plus: (x: Term, y: Term) => Expr = of(add);
export const minus: (x: Term, y: Term) => Expr = of(sub);
export const times: (x: Term, y: Term) => Expr = of(mul);
export const over: (x: Term, y: Term) => Expr = of(div);
export const negative: (x: Term) => Expr = of(neg);
export const size: (x: Term) => Expr = of(absFn);
export const nearest: (x: Term) => Expr = of(roundFn);
export const ln: (x: Term) => Expr = of(logFn);
export const root: (x: Term) => Expr = of(sqrtFn);

/** `yes` where x > y, else `no`. */
export function ifAbove(x: Term, y: Term, yes: Term, no: Term): Expr {
  return call(select, call(gt, expr(x), expr(y)), expr(yes), expr(no));
}

/** `yes` where x < y, else `no`. */
export function ifBelow(x: Term, y: Term, yes: Term, no: Term): Expr {
  return call(select, call(lt, expr(x), expr(y)), expr(yes), expr(no));
}

/** c₀ + c₁x + c₂x² + …, by Horner's rule. */
export function polynomial(x: Expr, coefficients: readonly number[]): Expr {
  return coefficients
    .slice(0, -1)
    .reduceRight<Expr>((sum, c) => plus(times(sum, x), c), literal(coefficients.at(-1) as number));
}

/** xⁿ for an integer n ≥ 1, by squaring. */
export function power(x: Expr, n: number): Expr {
  if (n === 1) return x;
  const half = power(x, Math.floor(n / 2));
  const square = times(half, half);
  return n % 2 === 0 ? square : times(square, x);
}
