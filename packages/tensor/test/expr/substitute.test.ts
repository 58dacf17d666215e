import test from "tape";
import { arg } from "../../src/expr/build.ts";
import { evaluate } from "../../src/expr/evaluate.ts";
import { parseExpr } from "../../src/expr/parse.ts";
import { substitute, substituteAll } from "../../src/expr/substitute.ts";
import { argsOf, postorder } from "../../src/expr/walk.ts";

const difference = parseExpr("(x, y) => x - y");

test("arguments are replaced at once, not one after the other", (t) => {
  t.is(evaluate(substitute(difference, [arg(1), arg(0)]), [2, 7]), 5);
  t.is(evaluate(substitute(difference, [parseExpr("x * x"), undefined]), [3, 4]), 5);
  t.is(substitute(difference, []), difference, "nothing replaced: the same object");
  t.end();
});

test("shared parts stay shared across expressions", (t) => {
  const product = parseExpr("x * exp(y)", { args: ["x", "y"] });
  const [a, b] = substituteAll([product, product], [undefined, parseExpr("log(x)")]);
  t.is(a, b);
  t.end();
});

test("a replacement of another type is refused", (t) => {
  const message = /substitute: argument 0 must stay float, got i32; cast with toFloat/;
  t.throws(() => substitute(difference, [arg(0, "i32")]), message);
  t.end();
});

test("walks give each part once, arguments first", (t) => {
  const expr = parseExpr("(x, y) => exp(y) * exp(y) + 1");
  const order = postorder([expr, expr]);
  t.is(order.length, new Set(order).size);
  t.is(order.at(-1), expr);
  t.deepEqual(Object.keys(argsOf(expr)), ["1"]);
  t.end();
});
