import { add, div, mul, neg, sub } from "../arithmetic.ts";
import type { ScalarFn } from "../expr.ts";
import { and, eq, ge, gt, le, lt, ne, not, or } from "../logic.ts";
import { pow } from "../transcendental.ts";

/** An operator between two terms. */
export interface BinaryOperator {
  readonly fn: ScalarFn;
  /** Operators of a higher precedence bind first. */
  readonly precedence: number;
  /** Whether a ∘ b ∘ c means a ∘ (b ∘ c); false by default. */
  readonly fromRight?: boolean;
}

/** The operators between two terms, with JavaScript's order of precedence. */
export const binaryOperators: ReadonlyMap<string, BinaryOperator> = new Map([
  ["||", { fn: or, precedence: 1 }],
  ["&&", { fn: and, precedence: 2 }],
  ["==", { fn: eq, precedence: 3 }],
  ["===", { fn: eq, precedence: 3 }],
  ["!=", { fn: ne, precedence: 3 }],
  ["!==", { fn: ne, precedence: 3 }],
  ["<", { fn: lt, precedence: 4 }],
  ["<=", { fn: le, precedence: 4 }],
  [">", { fn: gt, precedence: 4 }],
  [">=", { fn: ge, precedence: 4 }],
  ["+", { fn: add, precedence: 5 }],
  ["-", { fn: sub, precedence: 5 }],
  ["*", { fn: mul, precedence: 6 }],
  ["/", { fn: div, precedence: 6 }],
  ["**", { fn: pow, precedence: 7, fromRight: true }],
]);

/** The functions of the unary operators. */
export const unaryOperators: ReadonlyMap<string, ScalarFn> = new Map([
  ["-", neg],
  ["!", not],
]);

/** The values of names that are no arguments. */
export const namedConstants: ReadonlyMap<string, number> = new Map([
  ["pi", Math.PI],
  ["e", Math.E],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["NaN", Number.NaN],
]);

/** The constants that are properties of Math. */
export const mathConstants: ReadonlyMap<string, number> = new Map([
  ["PI", Math.PI],
  ["E", Math.E],
]);
