import { arg, call, literal, parseExpr, primitiveFns } from "@metrigrad/tensor";
import test from "tape";
import { expressionLines, literalText } from "../../src/wgsl/expressions.ts";
import { functionsFor } from "../../src/wgsl/functions.ts";
import { coordinateLines, positionText, spaceOf } from "../../src/wgsl/layout.ts";

test("wgsl: literals keep what a compiler might fold", async (t) => {
  t.equal(literalText(0.1, "float"), "0.10000000149011612f");
  t.equal(literalText(Number.NaN, "float"), "fromBits(0x7fc00000u)");
  t.equal(literalText(1e39, "float"), "fromBits(0x7f800000u)");
  t.equal(literalText(-0, "float"), "fromBits(0x80000000u)");
  t.equal(literalText(-(2 ** 31), "i32"), "bitcast<i32>(0x80000000u)");
  t.equal(literalText(1, "bool"), "true");
});

test("wgsl: a product with 0 keeps its factor, equal lines are one", async (t) => {
  const { lines, results } = expressionLines(
    [parseExpr("(x) => 0 * x"), parseExpr("(x) => exp(x) + exp(x)")],
    ["a"],
  );
  const text = lines.join("\n");
  t.match(text, /= fromBits\(0u\) \* a;/);
  t.equal(text.match(/expOf\(a\)/g)?.length, 1);
  t.equal(results.length, 2);
});

test("wgsl: functions come with those that they call", async (t) => {
  const { lines } = expressionLines([parseExpr("(x) => tanh(x)")], ["a"]);
  const text = functionsFor(lines.join("\n"));
  for (const name of ["tanhOf", "expm1Of", "splitExp", "powerOf2", "withSign", "isNan"]) {
    t.match(text, new RegExp(`fn ${name}\\(`));
  }
  t.doesNotMatch(text, /fn logOf/);
});

test("wgsl: a function without rule or definition is refused", async (t) => {
  const fn = { ...primitiveFns.exp, name: "mystery" };
  t.throws(
    () => expressionLines([call(fn, arg(0))], ["a"]),
    /gpu, expression mystery: a function must be a primitive or have a `define`/,
  );
  t.equal(expressionLines([literal(1)], []).results.length, 1);
});

test("wgsl: iteration spaces are as flat as the operands allow", async (t) => {
  const whole = { strides: [20, 5, 1] };
  t.deepEqual(spaceOf([3, 4, 5], [whole, whole]).shape, [60]);
  const column = { strides: [4, 1, 0] };
  const space = spaceOf([3, 4, 5], [whole, column]);
  t.deepEqual(space.shape, [12, 5]);
  t.deepEqual(space.strides, [
    [5, 1],
    [1, 0],
  ]);
  t.deepEqual(spaceOf([1, 1], [{ strides: [7, 7] }]).shape, []);
  t.equal(positionText([5, -1], "i"), "i0 * 5u + i1 * 4294967295u");
  t.equal(
    coordinateLines("k", [12, 5], "i").join(" "),
    "let i1 = k % 5u; let ir1 = k / 5u; let i0 = ir1;",
  );
});
