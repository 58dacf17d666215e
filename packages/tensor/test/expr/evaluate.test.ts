import test from "tape";
import { arg, call, literal } from "../../src/expr/build.ts";
import { compileExpr, compileExprs, evaluate } from "../../src/expr/evaluate.ts";
import type { Expr, ScalarFn } from "../../src/expr/expr.ts";
import { primitiveFns } from "../../src/expr/functions.ts";

const { add, div, mul, select, lt, toFloat, toI32 } = primitiveFns;

test("evaluate gives a call's value", (t) => {
  const x = arg(0);
  const y = arg(1);
  t.is(evaluate(call(div, call(add, x, literal(3)), y), [5, 4]), 2);
  t.is(evaluate(call(select, call(lt, x, y), x, y), [5, 4]), 4);
  t.is(evaluate(call(toFloat, call(toI32, x)), [-2.7]), -2);
  t.is(evaluate(literal(7), []), 7);
  t.is(evaluate(y, [1, 2]), 2);
  t.end();
});

test("shared sub-expressions are computed once", (t) => {
  let calls = 0;
  const counted: ScalarFn = {
    name: "counted",
    arity: 1,
    type: () => "float",
    evaluate: ([x = 0]) => {
      calls++;
      return x + 1;
    },
    partials: () => [literal(1)],
  };
  const inner = call(counted, arg(0));
  let expr = inner;
  for (let i = 0; i < 20; i++) expr = call(add, expr, expr);
  t.is(compileExpr(expr)([1]), 2 * 2 ** 20);
  t.is(calls, 1);
  const results: number[] = [];
  compileExprs([inner, call(mul, inner, inner), arg(0)])([2], results);
  t.deepEqual(results, [3, 9, 2]);
  t.is(calls, 2);
  t.end();
});

test("ten thousand nested calls are evaluated", (t) => {
  let expr: Expr = arg(0);
  for (let i = 0; i < 10_000; i++) expr = call(add, expr, literal(1));
  t.is(evaluate(expr, [5]), 10_005);
  t.end();
});

test("a missing argument is refused", (t) => {
  t.throws(
    () => evaluate(arg(2), [1]),
    /evaluate: the expression must be given its 3 argument\(s\), got 1; pass a value for each/,
  );
  t.end();
});
