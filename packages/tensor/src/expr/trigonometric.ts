import { max, min } from "./arithmetic.ts";
import { call, literal } from "./build.ts";
import type { Expr, ScalarFn, ScalarType } from "./expr.ts";
import {
  ifAbove,
  ifBelow,
  minus,
  negative,
  over,
  plus,
  polynomial,
  root,
  size,
  times,
} from "./formula.ts";
import { eq, select } from "./logic.ts";
import { cos, sin } from "./transcendental.ts";

const floats = (types: readonly ScalarType[]): ScalarType | null =>
  types.every((type) => type === "float") ? "float" : null;

/** tan x = sin x / cos x. */
export const tan: ScalarFn = {
  name: "tan",
  arity: 1,
  type: floats,
  evaluate: ([x = 0]) => Math.sin(x) / Math.cos(x),
  partials: (_, self) => [plus(1, times(self, self))],
  define: ([x]) => over(call(sin, x as Expr), call(cos, x as Expr)),
};

/**
 * Coefficients of (atan z − z)/z³ in z², for z ≤ tan π/8. With them atan has a relative error below 2e-16.
 *
 * They interpolate values at Chebyshev points, which were computed with 60 digits.
 */
const tail = [
  -0.3333333333333333, 0.19999999999999804, -0.14285714285659779, 0.11111111105150588,
  -0.09090908753259112, 0.07692296368042296, -0.0666642476020052, 0.05878927554473807,
  -0.05230443640686948, 0.045515447340221615, -0.03456931506332609, 0.016284375050043393,
];

/** The angle in [0, π/4] whose tangent is t = low/high. Above π/8 it is π/4 plus the angle of (t − 1)/(t + 1). */
function octant(low: Expr, high: Expr): Expr {
  const edge = times(high, Math.SQRT2 - 1);
  const ratio = over(
    ifAbove(low, edge, minus(low, high), low),
    ifAbove(low, edge, plus(low, high), high),
  );
  // The ratio of two zeros or of two infinities has no value.
  const same = call(eq, low, high);
  const z = call(select, same, literal(0), ratio);
  const diagonal = call(select, same, ifAbove(low, 0, Math.PI / 4, 0), literal(0));
  const square = times(z, z);
  const small = plus(z, times(times(z, square), polynomial(square, tail)));
  return plus(small, ifAbove(low, edge, Math.PI / 4, diagonal));
}

/** The angle of (x, y), in (−π, π]; −0 counts as 0. */
function angle(y: Expr, x: Expr): Expr {
  const [height, width] = [size(y), size(x)];
  const acute = octant(call(min, height, width), call(max, height, width));
  const turned = ifAbove(height, width, minus(Math.PI / 2, acute), acute);
  const upper = ifBelow(x, 0, minus(Math.PI, turned), turned);
  return ifBelow(y, 0, negative(upper), upper);
}

/** The angle of the point (x, y), in (−π, π]. It is 0 at the origin, where the derivative is NaN. */
export const atan2: ScalarFn = {
  name: "atan2",
  arity: 2,
  type: floats,
  evaluate: ([y = 0, x = 0]) => Math.atan2(y + 0, x + 0),
  partials: ([y, x]) => {
    const square = plus(times(x as Expr, x as Expr), times(y as Expr, y as Expr));
    return [over(x as Expr, square), negative(over(y as Expr, square))];
  },
  define: ([y, x]) => angle(y as Expr, x as Expr),
};

/** (1 − x)(1 + x) = 1 − x², which keeps its digits near ±1. */
const gap = (x: Expr) => times(minus(1, x), plus(1, x));

/** The angle in (−π/2, π/2) whose tangent is x. */
export const atan: ScalarFn = {
  name: "atan",
  arity: 1,
  type: floats,
  evaluate: ([x = 0]) => Math.atan(x),
  partials: ([x]) => [over(1, plus(1, times(x as Expr, x as Expr)))],
  define: ([x]) => angle(x as Expr, literal(1)),
};

/** The angle in [−π/2, π/2] whose sine is x; NaN for |x| > 1. */
export const asin: ScalarFn = {
  name: "asin",
  arity: 1,
  type: floats,
  evaluate: ([x = 0]) => Math.asin(x),
  partials: ([x]) => [over(1, root(gap(x as Expr)))],
  define: ([x]) => angle(x as Expr, root(gap(x as Expr))),
};

/** The angle in [0, π] whose cosine is x; NaN for |x| > 1. */
export const acos: ScalarFn = {
  name: "acos",
  arity: 1,
  type: floats,
  evaluate: ([x = 0]) => Math.acos(x),
  partials: ([x]) => [over(-1, root(gap(x as Expr)))],
  define: ([x]) => angle(root(gap(x as Expr)), x as Expr),
};
