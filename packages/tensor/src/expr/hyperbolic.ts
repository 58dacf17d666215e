import { call } from "./build.ts";
import type { Expr, ScalarFn } from "./expr.ts";
import {
  ifBelow,
  ln,
  minus,
  negative,
  over,
  plus,
  root,
  size,
  type Term,
  times,
} from "./formula.ts";
import { exp, expm1, log1p } from "./transcendental.ts";

/** A function of one float with a definition by primitives. */
function unary(
  name: string,
  value: (x: number) => number,
  slope: (x: Expr) => Expr,
  define: (x: Expr) => Expr,
): ScalarFn {
  return {
    name,
    arity: 1,
    type: ([x]) => (x === "float" ? x : null),
    evaluate: ([x = 0]) => value(x),
    partials: ([x]) => [slope(x as Expr)],
    define: ([x]) => define(x as Expr),
  };
}

const of = (fn: ScalarFn, x: Expr) => call(fn, x);
/** x² − 1 as (x − 1)(x + 1), which keeps its digits near 1. */
const squareLess = (x: Term) => times(minus(x, 1), plus(x, 1));

/** (eˣ − e⁻ˣ)/2, accurate near 0. It is ±∞ where eˣ overflows. */
export const sinh: ScalarFn = unary(
  "sinh",
  Math.sinh,
  (x) => of(cosh, x),
  (x) => times(0.5, minus(of(expm1, x), of(expm1, negative(x)))),
);

/** (eˣ + e⁻ˣ)/2. It is ∞ where eˣ overflows. */
export const cosh: ScalarFn = unary(
  "cosh",
  Math.cosh,
  (x) => of(sinh, x),
  (x) => times(0.5, plus(of(exp, x), of(exp, negative(x)))),
);

/** For larger x, √(x² ± 1) equals x, and in float32 x² is close to overflow. */
const large = 1e9;

/** ln(x + √(x² + 1)), accurate near 0. */
export const asinh: ScalarFn = unary(
  "asinh",
  Math.asinh,
  (x) => over(1, root(plus(times(x, x), 1))),
  (x) => {
    const a = size(x);
    const square = times(a, a);
    const near = of(log1p, plus(a, over(square, plus(1, root(plus(square, 1))))));
    const value = ifBelow(a, large, near, plus(ln(a), Math.LN2));
    return ifBelow(x, 0, negative(value), value);
  },
);

/** ln(x + √(x² − 1)) for x ≥ 1, accurate near 1. It is NaN below 1. */
export const acosh: ScalarFn = unary(
  "acosh",
  Math.acosh,
  (x) => over(1, root(squareLess(x))),
  (x) => {
    const near = of(log1p, plus(minus(x, 1), root(squareLess(x))));
    return ifBelow(x, large, near, plus(ln(x), Math.LN2));
  },
);

/** ½ ln((1 + x)/(1 − x)), accurate near 0. It is ±∞ at ±1, and NaN beyond. */
export const atanh: ScalarFn = unary(
  "atanh",
  Math.atanh,
  (x) => over(1, times(minus(1, x), plus(1, x))),
  (x) => times(0.5, minus(of(log1p, x), of(log1p, negative(x)))),
);
