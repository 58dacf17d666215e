import { add, div, mul, neg, sub } from "../arithmetic.ts";
import type { ScalarFn } from "../expr.ts";
import { and, eq, ge, gt, le, lt, ne, not, or } from "../logic.ts";
import { pow } from "../transcendental.ts";

/** Functions of the binary and logical operators. */
export const binaryOperators: ReadonlyMap<string, ScalarFn> = new Map([
  ["+", add],
  ["-", sub],
  ["*", mul],
  ["/", div],
  ["**", pow],
  ["<", lt],
  ["<=", le],
  [">", gt],
  [">=", ge],
  ["==", eq],
  ["===", eq],
  ["!=", ne],
  ["!==", ne],
  ["&&", and],
  ["||", or],
]);

/** Functions of the unary operators. */
export const unaryOperators: ReadonlyMap<string, ScalarFn> = new Map([
  ["-", neg],
  ["!", not],
]);

/** Values of the names that are no arguments. */
export const namedConstants: ReadonlyMap<string, number> = new Map([
  ["pi", Math.PI],
  ["e", Math.E],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["NaN", Number.NaN],
]);

/** Constants that are properties of Math. */
export const mathConstants: ReadonlyMap<string, number> = new Map([
  ["PI", Math.PI],
  ["E", Math.E],
]);
