import { abs, add, div, max, mul, neg, sub } from "./arithmetic.ts";
import { call, literal } from "./build.ts";
import type { Expr, ScalarFn } from "./expr.ts";
import { and, eq, isFinite, not, select } from "./logic.ts";
import { exp, log1p, sqrt } from "./transcendental.ts";

const unaryFloat: ScalarFn["type"] = ([x]) => (x === "float" ? x : null);

/** 1/(1 + e⁻ˣ); derivative s(1 − s), which no overflow reaches. */
export const sigmoid: ScalarFn = {
  name: "sigmoid",
  arity: 1,
  type: unaryFloat,
  evaluate: ([x = 0]) => 1 / (1 + Math.exp(-x)),
  partials: (_, self) => [call(mul, self, call(sub, literal(1), self))],
  define: ([x]) => call(div, literal(1), call(add, literal(1), call(exp, call(neg, x as Expr)))),
};

/** Whether x and y are the same infinity, so that x − y is NaN. */
function sameInfinity(x: Expr, y: Expr): Expr {
  return call(and, call(eq, x, y), call(not, call(isFinite, x)));
}

/** ∂ ln(eˣ + eʸ)/∂x = sigmoid(x − y), ½ at equal infinities. */
function share(x: Expr, y: Expr): Expr {
  return call(select, sameInfinity(x, y), literal(0.5), call(sigmoid, call(sub, x, y)));
}

/** ln(eˣ + eʸ) without overflow, also for infinities. */
export const logaddexp: ScalarFn = {
  name: "logaddexp",
  arity: 2,
  type: ([x, y]) => (x === "float" && y === "float" ? x : null),
  evaluate: ([x = 0, y = 0]) =>
    x === y ? x + Math.LN2 : Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y))),
  partials: ([x, y]) => [share(x as Expr, y as Expr), share(y as Expr, x as Expr)],
  define: (args) => {
    const [x, y] = args as readonly [Expr, Expr];
    const tail = call(log1p, call(exp, call(neg, call(abs, call(sub, x, y)))));
    return call(select, sameInfinity(x, y), x, call(add, call(max, x, y), tail));
  },
};

/** ln(1 + eˣ) without overflow. */
export const softplus: ScalarFn = {
  name: "softplus",
  arity: 1,
  type: unaryFloat,
  evaluate: ([x = 0]) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  partials: ([x]) => [call(sigmoid, x as Expr)],
  define: ([x]) => {
    const tail = call(log1p, call(exp, call(neg, call(abs, x as Expr))));
    return call(add, call(max, x as Expr, literal(0)), tail);
  },
};

/** x². */
export const square: ScalarFn = {
  name: "square",
  arity: 1,
  type: unaryFloat,
  evaluate: ([x = 0]) => x * x,
  partials: ([x]) => [call(mul, literal(2), x as Expr)],
  define: ([x]) => call(mul, x as Expr, x as Expr),
};

/** 1/√x. */
export const rsqrt: ScalarFn = {
  name: "rsqrt",
  arity: 1,
  type: unaryFloat,
  evaluate: ([x = 0]) => 1 / Math.sqrt(x),
  partials: ([x], self) => [call(div, call(mul, literal(-0.5), self), x as Expr)],
  define: ([x]) => call(div, literal(1), call(sqrt, x as Expr)),
};
