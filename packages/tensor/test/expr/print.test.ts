import fc from "fast-check";
import test from "tape";
import { arg, call, literal } from "../../src/expr/build.ts";
import { compileExprs } from "../../src/expr/evaluate.ts";
import type { Expr, ScalarFn } from "../../src/expr/expr.ts";
import { scalarFns } from "../../src/expr/functions.ts";
import { parseExpr } from "../../src/expr/parse.ts";
import { printCode, printExpr } from "../../src/expr/print.ts";
import { argTypes, randomArgs, randomExpr } from "./random.ts";

const names = ["a", "b", "n", "u", "c"];
const fn = (name: string) => scalarFns[name] as ScalarFn;

/** Texts that print as themselves. */
const texts = [
  "a + b - 1",
  "a - (b - 1)",
  "a + (b + 1)",
  "a * b / 2",
  "a / (b * 2)",
  "(a + b) * 2",
  "a ** b ** 2",
  "(a ** b) ** 2",
  "(-a) ** 2",
  "-(a ** 2)",
  "a ** -b",
  "(-2) ** a",
  "-a * b",
  "-(a * b)",
  "-(-a)",
  "a - -b",
  "a < b && b < 1 || !c ? a : b",
  "(a < b || c) && c ? a : b",
  "(a < b ? a : b) > 0 ? (c ? 1 : 2) : c ? 3 : 4",
  "a === b ? exp(-a) : max(a, 1e+21)",
  "c === true ? NaN : -Infinity",
  "sigmoid(a) * (1 - sigmoid(a))",
];

test("texts have as few parentheses as they need", (t) => {
  const types = argTypes.map((type, i) => (i === 4 ? "bool" : type));
  for (const text of texts) {
    t.is(printExpr(parseExpr(text, { args: names, types }), { args: names }), text);
  }
  t.is(printExpr(call(fn("add"), arg(0), arg(1))), "x0 + x1");
  t.end();
});

const shared = parseExpr("exp(x) * (1 + y)", { args: ["x", "y"] });

test("shared parts have lines where asked", (t) => {
  const twice = call(fn("mul"), shared, shared);
  t.is(printExpr(twice), "exp(x0) * (1 + x1) * (exp(x0) * (1 + x1))");
  t.is(printExpr(twice, { share: true }), "t0 = exp(x0) * (1 + x1); t0 * t0");
  t.deepEqual(printCode([twice, call(fn("neg"), shared), shared], { args: ["x", "y"] }), {
    lines: ["t0 = exp(x) * (1 + y)"],
    results: ["t0 * t0", "-t0", "t0"],
  });
  let huge: Expr = arg(0);
  for (let i = 0; i < 100; i++) huge = call(fn("add"), call(fn("sin"), huge), huge);
  t.match(printExpr(huge), /^t0 = sin\(x0\) \+ x0; .*; sin\(t98\) \+ t98$/, "where it is too long");
  t.end();
});

test("ten thousand nested calls are printed", (t) => {
  let chain: Expr = arg(0);
  for (let i = 0; i < 5000; i++) chain = call(fn("sin"), call(fn("add"), chain, literal(1)));
  t.is(printExpr(chain, { share: false }).length, 5000 * "sin( + 1)".length + 2);
  t.end();
});

test("random expressions are read back with the same values", (t) => {
  // A whole number that stands alone reads as a float.
  const functions = Object.values(scalarFns).filter(({ name }) => !/^to[IU]32$/.test(name));
  fc.assert(
    fc.property(randomExpr(functions, false), randomArgs, (expr, args) => {
      const text = printExpr(expr, { args: names, share: false });
      const values: number[] = [];
      compileExprs([expr, parseExpr(text, { args: names, types: argTypes })])(args, values);
      return Object.is(values[0] as number, values[1] as number);
    }),
    { numRuns: 2000, seed: 31 },
  );
  t.pass("2000 expressions");
  t.end();
});
