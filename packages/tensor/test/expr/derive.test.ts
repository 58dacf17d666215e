import fc from "fast-check";
import test from "tape";
import { arg, call, literal } from "../../src/expr/build.ts";
import { derivative } from "../../src/expr/derive.ts";
import { compileExpr, evaluate } from "../../src/expr/evaluate.ts";
import type { Expr, ScalarFn } from "../../src/expr/expr.ts";
import { scalarFns } from "../../src/expr/functions.ts";
import { parseExpr } from "../../src/expr/parse.ts";
import { printExpr } from "../../src/expr/print.ts";
import { postorder } from "../../src/expr/walk.ts";
import { close, slope } from "./differences.ts";
import { randomExpr } from "./random.ts";

const shown = (source: string, index = 0) => {
  const found = derivative(parseExpr(source, { args: ["x", "y"] }), index);
  return found === null ? null : printExpr(found, { args: ["x", "y"] });
};

test("derivatives are short", (t) => {
  t.is(shown("x"), "1");
  t.is(shown("x * y"), "y");
  t.is(shown("x + 3"), "1");
  t.is(shown("x ** 2"), "x + x");
  t.is(shown("exp(x)"), "exp(x)");
  t.is(shown("tanh(x)"), "1 - tanh(x) * tanh(x)");
  t.is(shown("x > 0 ? x : 0"), "x > 0 ? 1 : 0");
  t.is(shown("x > 0 ? x : exp(x) - 1"), "x > 0 ? 1 : exp(x)");
  t.is(shown("x > 0 ? y > 0 ? x : 2 * x : -x"), "x > 0 ? (y > 0 ? 1 : 2) : -1");
  t.is(shown("y / x"), "-(y / x / x)");
  t.end();
});

test("what does not depend on the argument has no derivative", (t) => {
  for (const source of [
    "3",
    "y * y",
    "x > 0 ? 1 : 2",
    "floor(x)",
    "sign(x) * y",
    "toFloat(toI32(x))",
  ]) {
    t.is(shown(source), null, source);
  }
  t.is(shown("x * 0"), null);
  t.end();
});

test("a branch that is not taken contributes nothing, not even NaN", (t) => {
  const at = (source: string, x: number) => {
    const expr = derivative(parseExpr(source, { args: ["x"] }), 0) as Expr;
    return evaluate(expr, [x]);
  };
  t.is(at("x > 0 ? sqrt(x) : 0", 0), 0);
  t.is(at("x > 0 ? x * log(x) : 0", 0), 0);
  t.is(at("x > 0 ? log(x) : x", -1), 1);
  t.is(at("(x > 0 ? log(x) : 0) + (x > 1 ? 3 * log(x) : 0)", 0), 0);
  t.is(at("x > 0 ? (x < 1 ? log(x) : x / 0) : x === 0 ? 5 * x : sqrt(x)", 0), 5);
  t.is(at("exp(x > 0 ? log(x) : 0) * 2", -1), 0);
  const second = derivative(derivative(parseExpr("x > 0 ? x ** 1.5 : 0"), 0) as Expr, 0) as Expr;
  t.is(evaluate(second, [0]), 0);
  t.is(evaluate(second, [1]), 0.75);
  t.end();
});

test("random expressions have the derivatives of finite differences", (t) => {
  const smooth = [
    "add",
    "sub",
    "mul",
    "div",
    "exp",
    "tanh",
    "sin",
    "erf",
    "sigmoid",
    "select",
    "lt",
  ];
  const functions = [...smooth, "softplus", "sqrt", "pow", "max"].map(
    (name) => scalarFns[name] as ScalarFn,
  );
  let [compared, lost] = [0, 0];
  fc.assert(
    fc.property(randomExpr(functions), fc.double({ min: 0.3, max: 2, noNaN: true }), (expr, x) => {
      const f = compileExpr(expr);
      const along = (s: number) => f([s, 0.7, 1, 1, 1]);
      const wanted = slope(along, x);
      const nearby = slope((s) => along(x + (s - x) * 0.1), x) * 10;
      const found = derivative(expr, 0);
      const got = found === null ? 0 : compileExpr(found)([x, 0.7, 1, 1, 1]);
      // Kinks, poles and steep places, where differences do not agree with themselves.
      if (!close(wanted, nearby, 1e-7) || !(Math.abs(along(x)) < 1e3) || Math.abs(wanted) > 1e3)
        return true;
      // A factor may be infinite where the product is not: √0, for one.
      if (Number.isNaN(got)) {
        lost++;
        return true;
      }
      compared++;
      return close(got, wanted, 1e-5);
    }),
    { numRuns: 3000, seed: 21 },
  );
  t.ok(compared > 1000 && lost < 100, `${compared} compared, ${lost} NaN`);
  t.end();
});

const fn = (name: string) => scalarFns[name] as ScalarFn;

test("derivatives of long and of shared expressions stay small", (t) => {
  let chain: Expr = arg(0);
  for (let i = 0; i < 5000; i++) chain = call(fn("sin"), call(fn("mul"), chain, literal(1.1)));
  const long = derivative(chain, 0) as Expr;
  t.ok(postorder([long]).length < 5 * 10_000, `${postorder([long]).length} nodes`);
  let power: Expr = arg(0);
  for (let i = 0; i < 40; i++) power = call(fn("mul"), power, power);
  const slopeOfPower = derivative(power, 0) as Expr;
  t.ok(postorder([slopeOfPower]).length < 200);
  t.is(evaluate(slopeOfPower, [1]), 2 ** 40);
  let choices: Expr = arg(0);
  for (let i = 0; i < 2000; i++) {
    const bent = call(fn("mul"), choices, literal(0.5));
    choices = call(fn("select"), call(fn("gt"), choices, literal(i)), choices, bent);
  }
  const bent = derivative(choices, 0) as Expr;
  t.ok(postorder([bent]).length < 2000 * 12, `${postorder([bent]).length} nodes`);
  t.is(evaluate(bent, [1999.5]), 1);
  t.is(evaluate(bent, [1998.5]), 0.5);
  t.end();
});
