import { arg, call, evaluate, type PrimitiveName, primitiveFns } from "@metrigrad/tensor";
import test from "tape";
import { backends, TestPlan } from "../support/steps.ts";

type FloatFunction = Extract<
  PrimitiveName,
  "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "tanh" | "erf" | "sqrt"
>;

/** Denormals, neighbours of 0, ±1 and overflow, infinities, NaN. */
const special = [
  0,
  -0,
  1e-45,
  -1e-45,
  1e-40,
  1.1754943508222875e-38,
  1e-30,
  -1e-30,
  1e-10,
  0.5,
  -0.5,
  1,
  -1,
  1 - 2 ** -24,
  1 + 2 ** -23,
  -1 + 2 ** -24,
  2,
  88,
  88.72,
  88.73,
  89,
  -87,
  -87.4,
  -88,
  -103.9,
  -104,
  1e3,
  -1e3,
  1e4,
  1e10,
  -1e10,
  3.4e38,
  -3.4e38,
  Infinity,
  -Infinity,
  NaN,
].map(Math.fround);

/** Points at which every exponent and sign occurs, and denser ones on [−range, range]. */
function points(range: number): Float32Array {
  const list = [...special];
  for (let exponent = -140; exponent <= 127; exponent++) {
    for (const m of [1, 1.1, 1.37, 1.5, 1.999]) list.push(m * 2 ** exponent, -m * 2 ** exponent);
  }
  const steps = 40000;
  for (let i = 0; i <= steps; i++) list.push(range * ((2 * i) / steps - 1));
  return Float32Array.from(list);
}

/** The largest |got − want| relative to |want|, which counts as at least the smallest normal. */
function worst(got: ArrayLike<number>, want: (i: number) => number): [number, number] {
  let [error, at] = [0, -1];
  for (let i = 0; i < got.length; i++) {
    const exact = want(i);
    const rounded = Math.fround(exact);
    const value = got[i] as number;
    if (Object.is(value, rounded) || value === rounded) continue;
    // Variables keep no denormals.
    if (Math.abs(exact) < 2 ** -126 && value === 0) continue;
    const distance = Math.abs(value - exact) / Math.max(Math.abs(exact), 2 ** -126);
    const off = Number.isNaN(distance) ? Infinity : distance;
    // Where the exact value rounds to infinity or to the largest number, both are right.
    const edge = Math.abs(exact) > 3.4028e38 && Math.abs(value) > 3.4028e38;
    if (!edge && off > error) [error, at] = [off, i];
  }
  return [error, at];
}

/** Range of the dense points, and the relative error that the docstring states. */
const bounds: Readonly<Record<FloatFunction, readonly [number, number]>> = {
  exp: [104, 2e-7],
  expm1: [20, 3e-7],
  log: [10, 2e-7],
  log1p: [4, 3e-7],
  sin: [100, 2e-7],
  cos: [100, 2e-7],
  tanh: [10, 5e-7],
  erf: [5, 3e-7],
  sqrt: [10, 6e-8],
};

/** Where sin and cos are not asked to be accurate. */
const phaseless = 1e6;

test("functions of one float are as accurate as they say, on all backends", async (t) => {
  const { all } = await backends();
  for (const [name, [range, bound]] of Object.entries(bounds)) {
    const fn = primitiveFns[name as FloatFunction];
    const x = points(range);
    for (const backend of all) {
      const plan = new TestPlan();
      const input = plan.view([x.length], "f32", (at) => x[at] ?? 0);
      const output = plan.view([x.length], "f32", () => 0);
      const exprs = [call(fn, arg(0))];
      const shape = [x.length];
      const step = { kind: "map", label: name, shape, inputs: [input], exprs, outputs: [output] };
      const [, y] = await plan.run(backend, [step as never]);
      const periodic = name === "sin" || name === "cos";
      const got = (y as Float32Array).subarray(0, x.length).map((value, i) => {
        const at = Math.abs(x[i] as number);
        const free = periodic && at > phaseless && at < Infinity;
        if (free)
          return Math.abs(value) <= 1
            ? Math.fround(evaluate(call(fn, arg(0)), [x[i] as number]))
            : NaN;
        return value;
      });
      const [error, at] = worst(got, (i) => evaluate(call(fn, arg(0)), [x[i] as number]));
      t.ok(error <= bound, `${name}: ${error.toExponential(2)} at ${x[at]}, ${backend.describe()}`);
    }
  }
});

test("pow agrees with Math.pow, special values included", async (t) => {
  const { all } = await backends();
  const bases = [...special, 0.1, 0.9, 1.1, 3, 7.5, 100, -2, -3, -0.1, -7.5, 1e-20, 1e20];
  const exponents = [
    0,
    -0,
    1,
    -1,
    2,
    3,
    4,
    5,
    -2,
    -3,
    0.5,
    -0.5,
    1 / 3,
    7.25,
    15,
    100,
    -100,
    1e8,
    16777217,
  ];
  const pairs = bases.flatMap((x) => [...exponents, Infinity, -Infinity, NaN].map((y) => [x, y]));
  for (let i = 0; i < 20000; i++) pairs.push([(i + 0.5) / 2000, ((i * 7919) % 20000) / 500 - 20]);
  const [x, y] = [0, 1].map((k) => Float32Array.from(pairs, (pair) => pair[k] as number)) as [
    Float32Array,
    Float32Array,
  ];
  for (const backend of all) {
    const plan = new TestPlan();
    const shape = [pairs.length];
    const inputs = [x, y].map((values) => plan.view(shape, "f32", (at) => values[at] ?? 0));
    const outputs = [plan.view(shape, "f32", () => 0)];
    const exprs = [call(primitiveFns.pow, arg(0), arg(1))];
    const step = { kind: "map", label: "pow", shape, inputs, exprs, outputs } as const;
    const results = await plan.run(backend, [step]);
    const got = (results[2] as Float32Array).subarray(0, pairs.length);
    const [error, at] = worst(got, (i) => (x[i] as number) ** (y[i] as number));
    t.ok(error <= 3e-7, `${error.toExponential(2)} at ${x[at]} ** ${y[at]}, got ${got[at]}`);
  }
});
