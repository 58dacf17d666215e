import test from "tape";
import {
  add,
  double,
  exp,
  input,
  matmul,
  mul,
  type Node,
  planOf,
  single,
  sum,
} from "../../src/index.ts";

test("double: a plan without it, and one of 64 bits, has no conversions", (t) => {
  const a = input("a", [4, 4]);
  const kinds = (float: "f32" | "f64", value: Node) =>
    planOf({ outputs: [value], updates: [], float, mixed: true }).plan.steps.map(
      ({ kind }) => kind,
    );
  t.deepEqual(kinds("f64", single(matmul(double(a), a))), ["matmul"]);
  t.deepEqual(kinds("f32", matmul(a, a)), ["matmul"]);
  t.deepEqual(kinds("f32", matmul(double(a), double(a))), ["map", "matmul"]);
  const between = add(single(exp(single(a))), 1);
  t.deepEqual(kinds("f32", between), ["map"], "what is of 32 bits already is not rounded");
  t.deepEqual(
    kinds("f64", sum(exp(double(mul(a, 2))))),
    ["reduce"],
    "nothing stands between loops",
  );
  t.end();
});
