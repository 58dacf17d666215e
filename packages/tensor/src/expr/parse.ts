import { arg } from "./build.ts";
import type { Expr, ScalarFn, ScalarType } from "./expr.ts";
import { scalarFns } from "./functions.ts";
import { splitArrow } from "./parse/arrow.ts";
import { failIn } from "./parse/fail.ts";
import { namedConstants } from "./parse/operators.ts";
import { Parser } from "./parse/parser.ts";
import { tokensOf } from "./parse/tokens.ts";

/** How to read an expression's text. */
export interface ParseOptions {
  /** Names of the arguments in order; by default those of an arrow function, else as they appear. */
  readonly args?: readonly string[];
  /** Types of the arguments in order; float by default. */
  readonly types?: readonly ScalarType[];
  /** Functions that may be called, by name; `scalarFns` by default. */
  readonly functions?: Readonly<Record<string, ScalarFn>>;
}

/** An expression and the names of its arguments, in order. */
export interface ParsedFunction {
  /** Names of the arguments. */
  readonly args: readonly string[];
  /** Argument k is `args[k]`. */
  readonly expr: Expr;
}

/**
 * Reads a scalar function from a small subset of JavaScript: numbers, true and false, names,
 * + - * / **, unary - and !, comparisons (== is ===), && ||, ?: and calls of scalar functions, with
 * `Math.` or without. `pi`, `e`, `Math.PI`, `Math.E`, `Infinity` and `NaN` are constants unless they
 * are arguments. The text may be an arrow function, `(x, y) => x * y`. Throws GraphError, also where
 * it nests deeper than JavaScript's stack allows (some thousand terms).
 */
export function parseFunction(source: string, options: ParseOptions = {}): ParsedFunction {
  const { types = [], functions = scalarFns } = options;
  const fail = failIn(source);
  const { params, body } = splitArrow(tokensOf(source), fail);
  const given = options.args ?? params;
  if (given !== null && params !== null && given.join() !== params.join()) {
    fail(`its parameters must be (${given.join(", ")})`, { start: 0, end: source.length });
  }
  const args = [...(given ?? [])];
  const argument = (name: string) => {
    if (!args.includes(name)) {
      if (given !== null || namedConstants.has(name) || Object.hasOwn(functions, name)) return null;
      args.push(name);
    }
    const index = args.indexOf(name);
    return arg(index, types[index] ?? "float");
  };
  try {
    return { expr: new Parser(body, { functions, argument }, fail).whole(), args };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return fail("it must nest less deeply", { start: 0, end: source.length });
  }
}

/** The expression of a text; see `parseFunction`. Throws GraphError. */
export function parseExpr(source: string, options: ParseOptions = {}): Expr {
  return parseFunction(source, options).expr;
}
