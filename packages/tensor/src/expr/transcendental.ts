import { add, div, mul, neg, sub } from "./arithmetic.ts";
import { call, literal } from "./build.ts";
import { erfOf } from "./erf.ts";
import type { Expr, ScalarFn, ScalarType } from "./expr.ts";
import { eq, gt, select } from "./logic.ts";

const floats = (types: readonly ScalarType[]): ScalarType | null =>
  types.every((type) => type === "float") ? "float" : null;

/** A function of one float: its value, and its slope from x and f(x). */
function unary(
  name: string,
  value: (x: number) => number,
  slope: (x: Expr, f: Expr) => Expr,
): ScalarFn {
  return {
    name,
    arity: 1,
    type: floats,
    evaluate: ([x = 0]) => value(x),
    partials: ([x], self) => [slope(x as Expr, self)],
  };
}

/** √x. */
export const sqrt = unary("sqrt", Math.sqrt, (_, f) => call(div, literal(0.5), f));
/** eˣ. */
export const exp = unary("exp", Math.exp, (_, f) => f);
/** eˣ − 1, accurate near 0. */
export const expm1 = unary("expm1", Math.expm1, (x) => call(exp, x));
/** ln x. */
export const log = unary("log", Math.log, (x) => call(div, literal(1), x));
/** ln(1 + x), accurate near 0. */
export const log1p = unary("log1p", Math.log1p, (x) =>
  call(div, literal(1), call(add, literal(1), x)),
);
/** sin x. */
export const sin: ScalarFn = unary("sin", Math.sin, (x) => call(cos, x));
/** cos x. */
export const cos: ScalarFn = unary("cos", Math.cos, (x) => call(neg, call(sin, x)));
/** tanh x. */
export const tanh = unary("tanh", Math.tanh, (_, f) => call(sub, literal(1), call(mul, f, f)));
/** erf x = 2/√π ∫₀ˣ e^(−s²) ds. */
export const erf = unary("erf", erfOf, (x) =>
  call(mul, literal(2 / Math.sqrt(Math.PI)), call(exp, call(neg, call(mul, x, x)))),
);

/** xʸ, as Math.pow. The derivative by y is 0 where x = 0, and NaN where x < 0. */
export const pow: ScalarFn = {
  name: "pow",
  arity: 2,
  type: floats,
  evaluate: ([x = 0, y = 0]) => x ** y,
  partials: ([base, exponent], self) => {
    const x = base as Expr;
    const y = exponent as Expr;
    const byX = call(mul, y, call(pow, x, call(sub, y, literal(1))));
    const positive = call(select, call(gt, x, literal(0)), x, literal(1));
    const logX = call(select, call(gt, x, literal(0)), call(log, positive), literal(Number.NaN));
    const byY = call(mul, self, call(select, call(eq, x, literal(0)), literal(0), logX));
    return [call(select, call(eq, y, literal(0)), literal(0), byX), byY];
  },
};
