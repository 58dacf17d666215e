import { GraphError } from "../errors.ts";
import { checkNames } from "../names.ts";
import { arg } from "./build.ts";
import type { Expr, ScalarFn, ScalarType } from "./expr.ts";
import { scalarFns } from "./functions.ts";
import { splitArrow } from "./parse/arrow.ts";
import { failIn } from "./parse/fail.ts";
import { namedConstants } from "./parse/operators.ts";
import { Parser } from "./parse/parser.ts";
import { tokensOf } from "./parse/tokens.ts";

/**
 * Options of {@link parseExpr} and {@link parseFunction}.
 *
 * @category Expressions
 */
export interface ParseOptions {
  /**
   * The names of the arguments in order. By default they are the parameters of the arrow function.
   *
   * If the text is no arrow function, arguments are numbered as they appear.
   */
  readonly args?: readonly string[];
  /** The types of the arguments in order; float by default. */
  readonly types?: readonly ScalarType[];
  /** The functions that the text may call, by name; {@link scalarFns} by default. */
  readonly functions?: Readonly<Record<string, ScalarFn>>;
}

/**
 * An expression, and the names of its arguments in order.
 *
 * @category Expressions
 */
export interface ParsedFunction {
  /** The names of the arguments. */
  readonly args: readonly string[];
  /** The expression. Its argument k is named `args[k]`. */
  readonly expr: Expr;
}

/**
 * Reads a scalar function and the names of its arguments from a text.
 *
 * The language is a small part of JavaScript, as described for {@link parseExpr}.
 *
 * @param source - The text.
 * @param options - The arguments and their types, and the functions that may be called.
 * @returns The expression, and the names of its arguments.
 * @throws {@link GraphError} if the text is no such expression, if types do not fit, or if parameters differ from `args`.
 *   Also if it nests deeper than JavaScript's stack allows, which takes some thousand terms.
 * @category Expressions
 */
export function parseFunction(source: string, options: ParseOptions = {}): ParsedFunction {
  checkNames("parseExpr", options, ["args", "types", "functions"], GraphError);
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

/**
 * Reads a scalar expression from a text.
 *
 * The language is a small part of JavaScript:
 *
 * - numbers, `true`, `false`, and the names of arguments;
 * - the operators `+ - * / **`, the comparisons (`==` means `===`), `&& || !` and `? :`;
 * - calls of scalar functions, with `Math.` or without;
 * - the constants `pi`, `e`, `Math.PI`, `Math.E`, `Infinity` and `NaN`, unless an argument has the name;
 * - as a whole, an arrow function: `(x, y) => x * y`.
 *
 * {@includeCode ../../../../examples/api/tensor/parseExpr.ts#example}
 *
 * @param source - The text.
 * @param options - The arguments and their types, and the functions that may be called.
 * @returns The expression.
 * @throws {@link GraphError} in the cases of {@link parseFunction}.
 * @category Expressions
 */
export function parseExpr(source: string, options: ParseOptions = {}): Expr {
  return parseFunction(source, options).expr;
}
