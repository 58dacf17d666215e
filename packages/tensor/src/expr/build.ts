import { ShapeError } from "../errors.ts";
import type { ArgExpr, ConstExpr, Expr, ScalarFn, ScalarType } from "./expr.ts";

/**
 * Makes a literal: an expression with a fixed value.
 *
 * @param value - The value. Booleans are 0 and 1.
 * @param type - The type; float by default.
 * @returns The expression.
 * @nothrow
 * @category Expressions
 */
export function literal(value: number, type: ScalarType = "float"): ConstExpr {
  return { kind: "const", type, value };
}

/**
 * Makes an argument: an expression whose value comes with each evaluation.
 *
 * @param index - The number of the argument, from 0.
 * @param type - The type; float by default.
 * @returns The expression.
 * @nothrow
 * @category Expressions
 */
export function arg(index: number, type: ScalarType = "float"): ArgExpr {
  return { kind: "arg", type, index };
}

/**
 * Applies a scalar function to expressions.
 *
 * @param fn - The function, such as one of {@link scalarFns}.
 * @param args - The arguments. Their types must fit the function.
 * @returns The expression.
 * @throws {@link ShapeError} if the number of arguments or their types do not fit.
 * @category Expressions
 */
export function call(fn: ScalarFn, ...args: readonly Expr[]): Expr {
  const types = args.map((a) => a.type);
  const type = args.length === fn.arity ? fn.type(types) : null;
  if (type === null) {
    throw new ShapeError({
      where: `expression ${fn.name}`,
      must: `its ${fn.arity} argument(s) must fit its types`,
      got: `(${types.join(", ")})`,
      todo: "cast with toFloat, toI32, toU32 or toBool",
    });
  }
  return { kind: "call", type, fn, args };
}
