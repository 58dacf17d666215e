import test from "tape";
import { BackendError } from "../../src/errors.ts";
import { arg, call, literal } from "../../src/expr/build.ts";
import type { ScalarFn } from "../../src/expr/expr.ts";
import { primitiveFns } from "../../src/expr/functions.ts";
import { checkPlan } from "../../src/plan/check.ts";
import type { BufferSpec, Plan } from "../../src/plan/plan.ts";
import type { MapStep, Step } from "../../src/plan/step.ts";
import { buffer, map, smallPlan, variable, w, whole } from "../reference/plans.ts";

const base = smallPlan();
const [double, sum, square, count] = base.steps as [MapStep, MapStep, MapStep, MapStep];

const withBuffer = (index: number, change: Partial<BufferSpec>): Plan => ({
  ...base,
  buffers: base.buffers.with(index, { ...(base.buffers[index] as BufferSpec), ...change }),
});
const withSteps = (...steps: Step[]): Plan => ({ ...base, steps });
const replaced = (index: number, step: object): Plan => ({
  ...base,
  steps: base.steps.with(index, { ...base.steps[index], ...step } as Step),
});

function refuses(t: test.Test, plan: Plan, message: RegExp): void {
  try {
    checkPlan(plan);
    t.fail(`accepted instead of ${message}`);
  } catch (error) {
    t.ok(error instanceof BackendError, (error as Error).message);
    t.match((error as Error).message, message);
  }
}

test("a sound plan passes", (t) => {
  t.doesNotThrow(() => checkPlan(base));
  t.doesNotThrow(() =>
    checkPlan({ ...base, steps: [], feeds: [], outputs: [], buffers: [], arenaBytes: 0 }),
  );
  t.end();
});

test("errors say where, what must hold and what came", (t) => {
  refuses(
    t,
    replaced(1, { shape: [4] }),
    /^checkPlan, step 1 map "sum": inputs\[0\] must have shape \[4\], got \[3\]; fix the lowering/,
  );
  t.end();
});

test("buffers, feeds and outputs are checked", (t) => {
  refuses(t, withBuffer(2, { dtype: "f32" }), /buffer b2 "": floats must be f64.*got f32/);
  refuses(t, withBuffer(2, { dtype: "f8" as never }), /dtype must be known, got f8/);
  refuses(t, withBuffer(2, { size: -1 }), /size must be an integer ≥ 0/);
  refuses(
    t,
    withBuffer(3, { place: { kind: "arena", offset: 24 } }),
    /offset must be a multiple of 64, got 24/,
  );
  refuses(t, { ...base, arenaBytes: 80 }, /it must end in an arena of 80, got 88/);
  refuses(
    t,
    withBuffer(3, { place: { kind: "variable", spec: w }, label: "w" }),
    /a variable must have one buffer, got two of w/,
  );
  const data = new Float32Array(3);
  refuses(
    t,
    withBuffer(3, { place: { kind: "constant", data } }),
    /data must be a Float64Array of 3/,
  );
  const short = new Float64Array(2);
  refuses(t, withBuffer(3, { place: { kind: "constant", data: short } }), /got Float64Array of 2/);
  refuses(t, { ...base, feeds: [] }, /a feed's buffer must belong to one feed, got x/);
  refuses(
    t,
    { ...base, feeds: [{ name: "x", shape: [3], dtype: "f64", buffer: 1 }] },
    /must belong to one feed/,
  );
  refuses(
    t,
    { ...base, feeds: [{ name: "x", shape: [2], dtype: "f64", buffer: 0 }] },
    /hold shape \[2\], got f64\[3\]/,
  );
  refuses(
    t,
    { ...base, outputs: [whole(3, 3)] },
    /output 0: an output must be a view of an output buffer/,
  );
  refuses(
    t,
    { ...base, outputs: [{ ...whole(4, 3), strides: [-1], offset: 2 }] },
    /must be contiguous/,
  );
  t.end();
});

test("views are checked", (t) => {
  const input = (view: object) => replaced(0, { inputs: [{ ...whole(0, 3), ...view }] });
  refuses(t, input({ buffer: 9 }), /inputs\[0\]: buffer must be one of 5, got b9\[3\]/);
  refuses(t, input({ offset: 1 }), /must lie in its buffer of 3, got b0\[3\].* \(1 to 3\)/);
  refuses(t, input({ strides: [-1] }), /\(-2 to 0\)/);
  refuses(t, input({ strides: [0.5] }), /one integer size ≥ 0 and stride per axis/);
  refuses(t, input({ strides: [] }), /one integer size ≥ 0 and stride per axis/);
  refuses(
    t,
    replaced(0, { outputs: [{ ...whole(2, 3), strides: [0] }] }),
    /must have distinct elements/,
  );
  t.doesNotThrow(() => checkPlan(input({ strides: [-1], offset: 2 })));
  t.doesNotThrow(() => checkPlan(input({ strides: [0] })));
  t.end();
});

test("expressions are checked against their operands", (t) => {
  const exprs = (...list: unknown[]) => replaced(0, { exprs: list });
  refuses(t, exprs(arg(1)), /argument 1 must be nothing, as its input is, got float/);
  refuses(t, exprs(arg(0, "i32")), /argument 0 must be float, as its input is, got i32/);
  refuses(t, exprs(literal(1, "bool")), /outputs\[0\] must be bool, as true is, got f64/);
  refuses(t, exprs(arg(0), arg(0)), /an output for each of 2 expressions, got 1/);
  const odd: ScalarFn = { ...primitiveFns.sin, name: "odd" };
  refuses(t, exprs(call(odd, arg(0))), /functions must be primitive or have a definition, got odd/);
  const wrong = { kind: "call", type: "float", fn: primitiveFns.add, args: [arg(0)] };
  refuses(t, exprs(wrong), /add must give float of fitting types, got \(float\)/);
  t.doesNotThrow(() => checkPlan(exprs(call({ ...odd, define: ([x]) => x as never }, arg(0)))));
  t.end();
});

test("outputs overlap inputs only in place", (t) => {
  t.doesNotThrow(() =>
    checkPlan(withSteps(double, map("-x0", [whole(2, 3)], whole(2, 3)), sum, square)),
  );
  const wide: Plan = {
    ...base,
    buffers: base.buffers.with(2, buffer(8, { kind: "arena", offset: 0 })),
    arenaBytes: 128,
  };
  const at = (offset: number, stride: number) => ({ ...whole(2, 3), offset, strides: [stride] });
  const shift = (from: object, to: object): Plan => ({
    ...wide,
    steps: [
      map("2 * x0", [whole(0, 3)], from as never),
      map("-x0", [from as never], to as never),
      sum,
      square,
    ],
  });
  refuses(
    t,
    shift(at(0, 1), at(1, 1)),
    /outputs\[0\] must not overlap inputs\[0\], unless it is the identical/,
  );
  refuses(t, shift(at(0, 1), at(2, -1)), /must not overlap inputs\[0\]/);
  t.doesNotThrow(() => checkPlan(shift(at(0, 2), at(1, 2))), "interleaved views share nothing");
  t.doesNotThrow(() => checkPlan(shift(at(0, 1), at(3, 1))));
  const twice = { ...double, exprs: [arg(0), arg(0)], outputs: [whole(2, 3), whole(2, 3)] };
  refuses(t, withSteps(twice, sum, square), /outputs\[1\] must not overlap outputs\[0\]/);
  const copy: Step = { kind: "copy", input: whole(2, 3), output: whole(2, 3), label: "" };
  refuses(t, withSteps(double, copy, sum, square), /copy.*: output must not overlap input, got/);
  t.end();
});

test("feeds and constants are not written", (t) => {
  refuses(t, withSteps(map("1", [], whole(0, 3))), /outputs\[0\] must be writable, got feed/);
  t.end();
});

test("memory is read only while it is live", (t) => {
  refuses(
    t,
    withSteps(sum, double, square),
    /step 0 .*: what it reads must be written before, got inputs\[0\] b2/,
  );
  refuses(t, withSteps(double, sum, count), /output 0: it must be written by a step/);
  const shared = withBuffer(3, { place: { kind: "arena", offset: 0 } });
  t.doesNotThrow(() => checkPlan(shared), "a result may take the place of an input");
  const copy: Step = { kind: "copy", input: whole(2, 3), output: whole(3, 3), label: "copy" };
  const message = /its buffers must not share memory, got input b2\[3\] and b3/;
  refuses(t, { ...shared, steps: [double, copy, square] }, message);
  const backwards = { ...whole(3, 3), strides: [-1], offset: 2 };
  const turned = map("x0", [whole(2, 3)], backwards, "turned");
  refuses(t, { ...shared, steps: [double, turned, square] }, /its buffers must not share memory/);
  const narrow: Plan = {
    ...shared,
    buffers: shared.buffers.with(2, buffer(3, { kind: "arena", offset: 0 }, "bool")),
    steps: [map("x0 > 0", [whole(0, 3)], whole(2, 3)), map("1", [], whole(3, 3)), square],
  };
  t.doesNotThrow(() => checkPlan(narrow));
  const widening = { ...map("1", [], whole(3, 3)), inputs: [whole(2, 3)] };
  refuses(t, { ...narrow, steps: narrow.steps.with(1, widening) }, /must not share memory/);
  // b2 and b3 share memory; b2 is read again after b3 was written.
  const direct = map("x0", [whole(1, 3)], whole(3, 3), "direct");
  const late = map("x0 + x0", [whole(2, 3)], whole(4, 3), "late");
  refuses(
    t,
    { ...shared, steps: [double, direct, late] },
    /step 2 map "late": what it reads must be live, got inputs\[0\] b2\[3\], overwritten by b3/,
  );
  t.doesNotThrow(() => checkPlan({ ...shared, steps: [double, late, direct, square] }));
  t.end();
});

test("the flag of a step is a bool scalar", (t) => {
  const flagged = (dtype: "bool" | "i32", ...shape: number[]): Plan => ({
    ...base,
    buffers: [...base.buffers, buffer(1, { kind: "variable", spec: variable("go", []) }, dtype)],
    steps: base.steps.with(3, { ...count, when: whole(5, ...shape) }),
  });
  t.doesNotThrow(() => checkPlan(flagged("bool")));
  refuses(t, flagged("bool", 1), /step 3 .*: when must be a scalar, got b5\[1\]/);
  refuses(t, flagged("i32"), /when must be bool, got i32/);
  t.end();
});
