import { add, div, mul, neg, sub } from "./arithmetic.ts";
import type { ScalarFn } from "./expr.ts";
import { and, eq, ge, gt, le, lt, ne, not, or, select } from "./logic.ts";
import {
  choice,
  functionCall,
  infix,
  numberLiteral,
  type Phrase,
  power,
  precedence,
  prefix,
  type Syntax,
} from "./syntax.ts";
import { pow } from "./transcendental.ts";

/** Writes a call as text, from the texts of its arguments. */
type Writer = (args: readonly Phrase[]) => Phrase;

const binary =
  (symbol: string, level: number): Writer =>
  (args) =>
    infix(symbol, level, args);

/** How to write the functions that have an operator in the expression language. */
export const operatorWriters: ReadonlyMap<ScalarFn, Writer> = new Map([
  [add, binary("+", precedence.sum)],
  [sub, binary("-", precedence.sum)],
  [mul, binary("*", precedence.product)],
  [div, binary("/", precedence.product)],
  [lt, binary("<", precedence.order)],
  [le, binary("<=", precedence.order)],
  [gt, binary(">", precedence.order)],
  [ge, binary(">=", precedence.order)],
  [eq, binary("===", precedence.equality)],
  [ne, binary("!==", precedence.equality)],
  [and, binary("&&", precedence.and)],
  [or, binary("||", precedence.or)],
  [neg, (args) => prefix("-", args)],
  [not, (args) => prefix("!", args)],
  [pow, (args) => power("**", args)],
  [select, choice],
]);

/**
 * The expression language. {@link parseExpr} reads what this syntax writes.
 *
 * @category Expressions
 */
export const infixSyntax: Syntax = {
  literal: (value, type) =>
    type === "bool" ? { text: String(value !== 0), level: precedence.atom } : numberLiteral(value),
  call: (fn, args) => operatorWriters.get(fn)?.(args) ?? functionCall(fn.name, args),
  declare: (name, value) => `${name} = ${value}`,
};
