import { GraphError, ShapeError } from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  celu,
  checkOp,
  defElementwise,
  digamma,
  eluWith,
  eye,
  gelu,
  glu,
  hardshrink,
  input,
  iota,
  isFinite,
  leakOf,
  leakyRelu,
  logicalAnd,
  mean,
  mul,
  oneHot,
  polygamma,
  prelu,
  relu,
  softshrink,
  sum,
  unaryOf,
  where,
} from "../../src/index.ts";
import { evaluate } from "../evaluate.ts";
import { kindsOf } from "../steps.ts";

test("defElementwise makes an op from a formula", async (t) => {
  const swish = defElementwise({ name: "swish", f: "x / (1 + exp(-x))" });
  t.equal(swish.name, "swish");
  t.equal(swish.op.name, "swish");
  t.equal(swish.op.arity, 1);
  t.equal(swish.expr.type, "float");
  t.ok(Object.isFrozen(swish));
  const x = [-2, 0.3, 4];
  await checkOp(swish, [
    { name: "points", inputs: [x], value: x.map((v) => v / (1 + Math.exp(-v))) },
  ]);
});

test("defElementwise takes several arguments, by list, by arrow or as they appear", async (t) => {
  const value = (await evaluate([
    defElementwise({ name: "a", args: ["y", "x"], f: "x - y" })(1, 5),
    defElementwise({ name: "b", f: "(p, q) => p - q" })(1, 5),
    defElementwise({ name: "c", f: "p - q" })(1, 5),
  ])) as { item(): number }[];
  t.deepEqual(
    value.map((tensor) => tensor.item()),
    [4, -4, -4],
  );
});

test("defElementwise refuses what it cannot read", (t) => {
  t.throws(() => defElementwise({ name: "bad", f: "while (x) {}" }), GraphError);
  t.throws(() => defElementwise({ name: "bad", f: "x + foo(x)" }), GraphError);
  t.end();
});

test("factories give one value per parameter", (t) => {
  t.equal(leakyRelu(0.1), leakyRelu(0.1));
  t.notEqual(leakyRelu(0.1), leakyRelu(0.2));
  t.equal(eluWith(0.5), eluWith(0.5));
  t.equal(leakyRelu(0.1).name, "leakyRelu(0.1)");
  t.deepEqual([leakyRelu.name, eluWith.name], ["leakyRelu", "eluWith"]);
  t.end();
});

test("leakOf tells rectifiers apart", (t) => {
  t.equal(leakOf(leakyRelu(0.1)), 0.1);
  const node = leakyRelu(0.1)(input("x", []));
  t.equal(leakOf(unaryOf(node) as typeof relu), 0.1, "read off a graph");
  t.equal(leakOf(leakyRelu(0)), 0);
  t.equal(leakOf(relu), 0);
  t.equal(leakOf(gelu), null);
  t.equal(leakOf(defElementwise({ name: "relu", f: "x <= 0 ? 0 : x" })), null);
  t.end();
});

test("an op without floats has no float expression", (t) => {
  t.equal(gelu.expr.type, "float");
  t.throws(() => logicalAnd.expr, ShapeError);
  t.end();
});

test("shapes, types and numbers of arguments are checked when the graph is built", (t) => {
  const x = input("x", [2, 3]);
  const n = input("n", [3], "i32");
  const bytes = input("bytes", [3], "u8");
  t.throws(() => add(x, input("y", [2])), /^ShapeError: add: shapes must broadcast/);
  t.throws(() => add(x, n), /^ShapeError: expression add: .* got \(float, i32\); cast with/);
  t.throws(() => isFinite(n), ShapeError);
  t.throws(() => mul(bytes, bytes), /^ShapeError: mul: element-wise inputs must be .* got u8/);
  t.throws(() => relu(n), /^ShapeError: relu: argument 0 must be float, got i32; cast it first/);
  t.throws(
    () => gelu(input("c", [3], "bool")),
    /^ShapeError: gelu: argument 0 must be float, got bool/,
  );
  t.throws(
    () => defElementwise({ name: "hypotenuse", f: "sqrt(x*x + y*y)" })(x, n),
    /^ShapeError: hypotenuse: argument 1 must be float, got i32/,
  );
  t.throws(
    () => (add as (...xs: unknown[]) => unknown)(x),
    /^ShapeError: add: it must have 2 input\(s\), got 1/,
  );
  t.end();
});

test("bare numbers take the type of the values beside them", async (t) => {
  const n = input("n", [2], "i32");
  t.equal(add(n, 1).type, "i32");
  t.equal(where(input("c", [2], "bool"), 1, 0).type, "float");
  t.equal(where(input("c", [2], "bool"), n, 0).type, "i32");
  t.end();
});

test("a chain of element-wise ops is one step", (t) => {
  const x = input("x", [4]);
  t.deepEqual(kindsOf(gelu(mul(add(x, 1), where(isFinite(x), x, 0)))), ["map"]);
  t.end();
});

test("a fraction beside integers is refused, not truncated", (t) => {
  t.throws(() => mul(iota(3), 0.5), /a number beside i32 values must be an integer, got 0.5/);
  t.throws(() => mean(iota(3)), ShapeError);
  t.equal(mul(iota(3), 2).type, "i32");
  t.end();
});

test("a size that is no count is refused", (t) => {
  t.throws(() => iota(-1), /iota: a shape must be a list of non-negative integers/);
  t.throws(() => eye(2.5), ShapeError);
  t.throws(() => oneHot([0], -1), ShapeError);
  t.end();
});

test("unaryOf: the op that made a node, callable on other values", async (t) => {
  const x = input("x", [2]);
  const own = defElementwise({ name: "own", f: "x*x + 1" });
  const found = unaryOf(own(x));
  t.ok(found !== null && found.op === own.op);
  t.equal(unaryOf(own(input("y", []))), found, "one per op");
  const [value] = await evaluate([found?.(x) ?? x], { x: [2, 3] });
  t.deepEqual(value?.toArray(), [5, 10]);
  t.equal(unaryOf(add(x, 1)), null);
  t.equal(unaryOf(x), null);
  t.equal(unaryOf(sum(x)), null);
});

test("activations with parameters: equal parameters give one value, and what does not fit is refused", (t) => {
  t.equal(celu(), celu(1));
  t.notEqual(celu(2), celu(1));
  t.equal(softshrink(0.5), softshrink());
  t.equal(hardshrink(0.3).name, "hardshrink(0.3)");
  t.equal(polygamma(0), digamma);
  t.equal(polygamma(1), polygamma(1));
  t.throws(
    () => polygamma(-1),
    /^ShapeError: polygamma: the order must be .* 0 to 20, got -1; pass the order first/,
  );
  t.throws(
    () => glu(input("x", [2, 3])),
    /^ShapeError: glu: axis 1 must have an even size, got \[2, 3\]/,
  );
  t.throws(
    () => prelu(input("x", [2, 3]), [1, 2]),
    /^ShapeError: prelu: there must be one slope, or one for each of the 3 channels .* got \[2\]/,
  );
  t.end();
});
