import { abs, add, div, max, mul, neg, sub } from "./arithmetic.ts";
import { call, literal } from "./build.ts";
import type { Expr, ScalarFn } from "./expr.ts";
import { and, eq, isFinite, not, select } from "./logic.ts";
import { exp, log, log1p, sqrt } from "./transcendental.ts";

const unaryFloat: ScalarFn["type"] = ([x]) => (x === "float" ? x : null);

/** 1/(1 + e⁻ˣ). The derivative s(1 − s) does not overflow. */
export const sigmoid: ScalarFn = {
  name: "sigmoid",
  arity: 1,
  type: unaryFloat,
  evaluate: ([x = 0]) => 1 / (1 + Math.exp(-x)),
  partials: (_, self) => [call(mul, self, call(sub, literal(1), self))],
  define: ([x]) => call(div, literal(1), call(add, literal(1), call(exp, call(neg, x as Expr)))),
};

/** Whether x and y are the same infinity. Then x − y would be NaN. */
function sameInfinity(x: Expr, y: Expr): Expr {
  return call(and, call(eq, x, y), call(not, call(isFinite, x)));
}

/** ∂ ln(eˣ + eʸ)/∂x = sigmoid(x − y); ½ for equal infinities. */
function share(x: Expr, y: Expr): Expr {
  return call(select, sameInfinity(x, y), literal(0.5), call(sigmoid, call(sub, x, y)));
}

/** ln(eˣ + eʸ) without overflow, also if x or y is infinite. */
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

/** The logarithm to a base: ln x times a constant. */
function logarithm(name: string, value: (x: number) => number, base: number): ScalarFn {
  const factor = 1 / Math.log(base);
  return {
    name,
    arity: 1,
    type: unaryFloat,
    evaluate: ([x = 0]) => value(x),
    partials: ([x]) => [call(div, literal(factor), x as Expr)],
    define: ([x]) => call(mul, literal(factor), call(log, x as Expr)),
  };
}

/** The logarithm to base 2. */
export const log2 = logarithm("log2", Math.log2, 2);
/** The logarithm to base 10. */
export const log10 = logarithm("log10", Math.log10, 10);

/** x/(1 + |x|). The derivative 1/(1 + |x|)² has no difference that could cancel. */
export const softsign: ScalarFn = {
  name: "softsign",
  arity: 1,
  type: unaryFloat,
  evaluate: ([x = 0]) => x / (1 + Math.abs(x)),
  partials: ([x]) => {
    const size = call(add, literal(1), call(abs, x as Expr));
    return [call(div, literal(1), call(mul, size, size))];
  },
  define: ([x]) => call(div, x as Expr, call(add, literal(1), call(abs, x as Expr))),
};
