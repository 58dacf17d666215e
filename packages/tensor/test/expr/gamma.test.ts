import test from "tape";
import { arg } from "../../src/expr/build.ts";
import { compileExpr } from "../../src/expr/evaluate.ts";
import { expand } from "../../src/expr/expand.ts";
import type { Expr, ScalarFn } from "../../src/expr/expr.ts";
import { digamma, lgamma, polygammaFn } from "../../src/expr/gamma.ts";

const value = (fn: ScalarFn, x: number) => fn.evaluate([x], "float");
const relative = (got: number, wanted: number) => Math.abs(got - wanted) / Math.abs(wanted);

const euler = 0.5772156649015329;
const catalan = 0.915965594177219;
const apery = 1.2020569031595942;

const { PI, LN2, log } = Math;

/** Closed forms, and mpmath's values in 60 digits. */
const known: readonly (readonly [ScalarFn, number, number])[] = [
  [lgamma, 0.5, log(PI) / 2],
  [lgamma, 1.5, log(PI) / 2 - LN2],
  [lgamma, 3, LN2],
  [lgamma, 5, log(24)],
  [lgamma, 11, log(3628800)],
  [lgamma, -0.5, log(2 * Math.sqrt(PI))],
  [lgamma, 0.1, 2.252712651734206],
  [lgamma, 1e-5, 11.512919692895826],
  [lgamma, 1.000001, -5.772148423874147e-7],
  [lgamma, 0.999999, 5.772164873855652e-7],
  [lgamma, 2.000001, 4.2278465762452923e-7],
  [lgamma, 7.999, 8.523145786158915],
  [lgamma, 8.001, 8.527177069108927],
  [lgamma, 100, 359.1342053695754],
  [lgamma, 1e6, 12815504.569147611],
  [lgamma, -2.5, -0.056243716497674054],
  [digamma, 1, -euler],
  [digamma, 0.5, -euler - 2 * LN2],
  [digamma, 2, 1 - euler],
  [digamma, 0.25, -euler - PI / 2 - 3 * LN2],
  [digamma, -0.5, -euler - 2 * LN2 + 2],
  [digamma, 1.4616321, -4.3514636958769774e-8],
  [digamma, 8.5, 2.08009081757942],
  [digamma, 100, 4.600161852738087],
  [polygammaFn(1), 1, PI ** 2 / 6],
  [polygammaFn(1), 0.5, PI ** 2 / 2],
  [polygammaFn(1), 0.25, PI ** 2 + 8 * catalan],
  [polygammaFn(1), -0.5, PI ** 2 / 2 + 4],
  [polygammaFn(2), 1, -2 * apery],
  [polygammaFn(2), 0.5, -14 * apery],
  [polygammaFn(3), 1, PI ** 4 / 15],
  [polygammaFn(3), -0.5, PI ** 4 + 96],
];

test("gamma functions have their closed forms and tabulated values", (t) => {
  for (const [fn, x, wanted] of known) {
    const error = relative(value(fn, x), wanted);
    t.ok(error < 1e-14, `${fn.name}(${x}): ${error}`);
  }
  t.end();
});

test("gamma functions hold their recurrences", (t) => {
  let worst = 0;
  const note = (got: number, wanted: number) => {
    worst = Math.max(worst, Math.abs(got - wanted) / Math.max(1, Math.abs(wanted)));
  };
  for (let x = -4.95; x < 30; x += 0.0937) {
    const step = (fn: ScalarFn, by: number) => note(value(fn, x + 1) - by, value(fn, x));
    step(lgamma, log(Math.abs(x)));
    step(digamma, 1 / x);
    step(polygammaFn(1), -1 / x ** 2);
    step(polygammaFn(2), 2 / x ** 3);
  }
  t.ok(worst < 1e-13, `${worst}`);
  t.end();
});

test("gamma functions at poles and far out", (t) => {
  const inf = Number.POSITIVE_INFINITY;
  const nan = Number.NaN;
  const [one, two] = [polygammaFn(1), polygammaFn(2)];
  for (const [fn, x, wanted] of [
    [lgamma, 0, inf],
    [lgamma, -3, inf],
    [lgamma, inf, inf],
    [lgamma, nan, nan],
    [digamma, 0, -inf],
    [digamma, -3, -inf],
    [digamma, inf, inf],
    [one, 0, inf],
    [one, inf, 0],
    [two, 0, -inf],
  ] as const)
    t.is(value(fn, x) + 0, wanted, `${fn.name}(${x})`);
  t.is(polygammaFn(4), polygammaFn(4), "an order is one function");
  t.end();
});

/** The value of an expression when every result is rounded to float32. */
function inSingle(expr: Expr, x: number): number {
  const seen = new Map<Expr, number>();
  const visit = (node: Expr): number => {
    const found = seen.get(node);
    if (found !== undefined) return found;
    const result =
      node.kind === "const"
        ? node.value
        : node.kind === "arg"
          ? x
          : node.fn.evaluate(node.args.map(visit), node.args[0]?.type ?? "float");
    const rounded = node.type === "float" ? Math.fround(result) : result;
    seen.set(node, rounded);
    return rounded;
  };
  return visit(expr);
}

test("gamma functions lose at most a few units in the last place in float32", (t) => {
  for (const [fn, scale] of [
    [lgamma, 0.1],
    [digamma, 0.1],
    [polygammaFn(1), 0],
    [polygammaFn(2), 0],
  ] as const) {
    const expr = expand((fn.define as NonNullable<typeof fn.define>)([arg(0)]));
    const exact = compileExpr(expr);
    let [worst, at] = [0, 0];
    for (let i = 0; i < 3000; i++) {
      const x = Math.fround(10 ** (-3 + (i / 3000) * 7));
      const wanted = exact([x]);
      const error = Math.abs(inSingle(expr, x) - wanted) / Math.max(scale, Math.abs(wanted));
      if (error > worst) [worst, at] = [error, x];
    }
    t.ok(worst < 6e-7, `${fn.name}: ${worst} at ${at}`);
  }
  t.end();
});
