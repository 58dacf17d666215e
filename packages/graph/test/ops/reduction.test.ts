import test from "tape";
import {
  all,
  argMax,
  cdist,
  grad,
  input,
  logSumExp,
  max,
  mean,
  mul,
  type Node,
  norm,
  prod,
  square,
  sum,
  variance,
} from "../../src/index.ts";
import { evaluate } from "../evaluate.ts";
import { kindsOf, stepsOf } from "../steps.ts";

const x = input("x", [2, 3]);

test("reductions check axes and types", (t) => {
  const axis = /: axis must be an integer in \[-2, 1\], got/;
  t.throws(
    () => sum(x, { axis: 2 }),
    /^ShapeError: sum: axis must be an integer in \[-2, 1\], got 2/,
  );
  t.throws(() => mean(x, { axis: [0, 5] }), axis);
  t.throws(() => variance(x, { axis: -3 }), axis);
  t.throws(() => logSumExp(x, { axis: 9 }), axis);
  const flags = input("c", [2], "bool");
  t.throws(
    () => sum(flags),
    /^ShapeError: sum: the operand must be float, i32 or u32, got bool; cast/,
  );
  t.throws(() => max(flags), /^ShapeError: max/);
  t.throws(() => norm(x, { axis: 2 }), /^ShapeError: norm: axis must be an integer/);
  t.throws(
    () => norm(x, { p: -1 }),
    /^ShapeError: norm: p must be at least 0, or ±Infinity, got -1; pass/,
  );
  t.throws(() => all(x, { axis: 2 }), /^ShapeError: all: axis must be an integer/);
  t.throws(
    () => cdist(x, input("y", [4, 2])),
    /^ShapeError: cdist: x must be \[b…, n, d\] .* got \[2, 3\], \[4, 2\], p = 2; reshape/,
  );
  t.throws(() => cdist(x, x, { p: 1, squared: true }), /only p = 2 is squared, .* p = 1/);
  const nothing = input("e", [2, 0]);
  t.throws(() => argMax(nothing), /^ShapeError: argMax: axis 1 must have an element/);
  t.throws(() => argMax(input("s", [])), /^ShapeError: argMax: axis must be/);
  t.end();
});

test("axes may be named in any order, once or twice, and keepDims keeps them", (t) => {
  t.deepEqual(sum(x, { axis: [1, 0, -1] }).shape, []);
  t.deepEqual(sum(x, { axis: -1, keepDims: true }).shape, [2, 1]);
  t.deepEqual(mean(x, { keepDims: true }).shape, [1, 1]);
  t.end();
});

test("what a reduction reads is computed on the way", (t) => {
  t.deepEqual(kindsOf(sum(square(x))), ["reduce"]);
  t.deepEqual(kindsOf(sum(input("one", [3, 1]), { axis: 1 })), ["copy"], "nothing to add up");
  const [step] = stepsOf(sum(square(x), { axis: 0 }));
  t.deepEqual(step?.kind === "reduce" && step.axes, [0]);
  t.end();
});

test("third derivatives of a product hold where factors are zero", async (t) => {
  const y = input("y", [4]);
  const along = (value: Node, index: number) =>
    sum(
      mul(
        grad(value, y),
        [0, 1, 2, 3].map((i) => Number(i === index)),
      ),
    );
  // ∂³/∂y₀∂y₁∂y₂ of y₀y₁y₂y₃ is y₃, whatever the others are.
  const third = [0, 1, 2].reduce(along, prod(y));
  const [got] = await evaluate([third], { y: [0, 0, 5, 7] });
  t.equal(got?.item(), 7);
});
