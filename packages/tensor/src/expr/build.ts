import { ShapeError } from "../errors.ts";
import type { ArgExpr, ConstExpr, Expr, ScalarFn, ScalarType } from "./expr.ts";

/** A literal of the given type, float by default. */
export function literal(value: number, type: ScalarType = "float"): ConstExpr {
  return { kind: "const", type, value };
}

/** The `index`-th argument, float by default. */
export function arg(index: number, type: ScalarType = "float"): ArgExpr {
  return { kind: "arg", type, index };
}

/** A function applied to arguments. Throws ShapeError where number or types do not fit. */
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
