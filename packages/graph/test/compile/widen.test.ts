import test from "tape";
import { double, input, matmul, type Node, planOf, single } from "../../src/index.ts";

test("double: a plan without it, and one of 64 bits, has no conversions", (t) => {
  const a = input("a", [4, 4]);
  const kinds = (float: "f32" | "f64", value: Node) =>
    planOf({ outputs: [value], updates: [], float, mixed: true }).plan.steps.map(
      ({ kind }) => kind,
    );
  t.deepEqual(kinds("f64", single(matmul(double(a), a))), ["matmul"]);
  t.deepEqual(kinds("f32", matmul(a, a)), ["matmul"]);
  t.deepEqual(kinds("f32", matmul(double(a), double(a))), ["map", "matmul"]);
  t.end();
});
