import {
  arg,
  type Backend,
  call,
  type FloatType,
  type PrimitiveName,
  primitiveFns,
  type ScalarFn,
  scalarFns,
  type TypedArray,
} from "@metrigrad/tensor";
import test from "tape";
import { erfSeries } from "../support/erfSeries.ts";
import { backends, TestPlan } from "../support/steps.ts";

type FloatFunction = Extract<
  PrimitiveName,
  "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "tanh" | "erf" | "sqrt"
>;

/** What distinguishes a float type. */
interface Kind {
  readonly round: (x: number) => number;
  /** The smallest number of full precision, and one below the largest. */
  readonly smallest: number;
  readonly large: number;
  /** Exponents of numbers. */
  readonly exponents: readonly [number, number];
  /** Neighbours of 1, and where exponentials become 0, denormal or ∞. */
  readonly edges: readonly number[];
  /** Dense points. */
  readonly steps: number;
}

const kinds: Readonly<Record<FloatType, Kind>> = {
  f32: {
    round: Math.fround,
    smallest: 2 ** -126,
    large: 3.4028e38,
    exponents: [-140, 127],
    edges: [
      ...[1e-45, -1e-45, 1e-40, 1.1754943508222875e-38, 3.4e38, -3.4e38],
      ...[1 - 2 ** -24, 1 + 2 ** -23, -1 + 2 ** -24],
      ...[88, 88.72, 88.73, 89, -87, -87.4, -88, -103.9, -104],
    ],
    steps: 40000,
  },
  f64: {
    round: (x) => x,
    smallest: 2 ** -1022,
    large: 1.7976931348623e308,
    exponents: [-1074, 1023],
    edges: [
      ...[5e-324, -5e-324, 1e-310, 2 ** -1022, 1.7e308, -1.7e308],
      ...[1 - 2 ** -53, 1 + 2 ** -52, -1 + 2 ** -53],
      ...[709.78, 709.79, 710, 711, -708.3, -708.5, -744.4, -745.2, -746],
      ...[1, 2, 3, 101, 12345].map((n) => n * Math.PI),
    ],
    steps: 30000,
  },
};
const types = ["f32", "f64"] as const;

/** Zeros, ones, infinities, NaN, and what is special in a type. */
function special({ edges, round }: Kind): number[] {
  const plain = [0, -0, 1e-30, -1e-30, 1e-10, 0.5, -0.5, 1, -1, 2, 1e3, -1e3, 1e4, 1e10, -1e10];
  return [...plain, ...edges, Infinity, -Infinity, NaN].map(round);
}

/** Points at which every exponent and sign occurs, and denser ones on [−range, range]. */
function points(kind: Kind, range: number): Float64Array {
  const list = special(kind);
  const [lowest, highest] = kind.exponents;
  for (let exponent = lowest; exponent <= highest; exponent++) {
    for (const m of [1, 1.1, 1.37, 1.5, 1.999]) list.push(m * 2 ** exponent, -m * 2 ** exponent);
  }
  for (let i = 0; i <= kind.steps; i++) list.push(range * ((2 * i) / kind.steps - 1));
  return Float64Array.from(list, kind.round);
}

/** The largest |got − want| relative to |want|, which counts as at least the smallest normal. */
function worst(
  { round, smallest, large }: Kind,
  got: ArrayLike<number>,
  want: (i: number) => number,
): [number, number] {
  let [error, at] = [0, -1];
  for (let i = 0; i < got.length; i++) {
    const exact = want(i);
    const rounded = round(exact);
    const value = got[i] as number;
    if (Object.is(value, rounded) || value === rounded) continue;
    // Variables keep no denormals.
    if (Math.abs(exact) <= smallest && value === 0) continue;
    const distance = Math.abs(value - exact) / Math.max(Math.abs(exact), smallest);
    const off = Number.isNaN(distance) ? Infinity : distance;
    // Where the exact value rounds to infinity or to the largest number, both are right.
    const edge = Math.abs(exact) > large && Math.abs(value) > large;
    if (!edge && off > error) [error, at] = [off, i];
  }
  return [error, at];
}

/** Values of a function of lists of numbers on a backend. */
async function valuesOf(
  backend: Backend,
  fn: ScalarFn,
  lists: readonly Float64Array[],
  float: FloatType,
): Promise<TypedArray> {
  const plan = new TestPlan();
  const shape = [(lists[0] as Float64Array).length];
  const inputs = lists.map((values) => plan.view(shape, "f32", (at) => values[at] ?? 0));
  const outputs = [plan.view(shape, "f32", () => 0)];
  const exprs = [call(fn, ...lists.map((_, index) => arg(index)))];
  const step = { kind: "map", label: fn.name, shape, inputs, exprs, outputs } as const;
  const results = await plan.run(backend, [step], float);
  return (results[lists.length] as TypedArray).subarray(0, shape[0]);
}

/** Range of the dense points, and the relative errors that the docstring states. */
const bounds: Readonly<Record<FloatFunction, readonly [number, number, number]>> = {
  exp: [104, 2e-7, 3e-16],
  expm1: [20, 3e-7, 5e-16],
  log: [10, 2e-7, 3e-16],
  log1p: [4, 3e-7, 5e-16],
  sin: [100, 2e-7, 4e-16],
  cos: [100, 2e-7, 4e-16],
  tanh: [10, 5e-7, 7e-16],
  erf: [5, 3e-7, 5e-16],
  sqrt: [10, 6e-8, 2.3e-16],
};

/** Where sin and cos are not asked to be accurate. */
const phaseless = { f32: 1e6, f64: 2 ** 31 };

for (const float of types) {
  const kind = kinds[float];

  test(`functions of one ${float} are as accurate as they say, on all backends`, async (t) => {
    const { all } = await backends();
    for (const [name, [range, single, double]] of Object.entries(bounds)) {
      const fn = primitiveFns[name as FloatFunction];
      const bound = float === "f32" ? single : double;
      const x = points(kind, range);
      const wanted = x.map((value) => fn.evaluate([value], "float"));
      const periodic = name === "sin" || name === "cos";
      for (const backend of all) {
        const y = await valuesOf(backend, fn, [x], float);
        const got = Array.from(y, (value, i) => {
          const at = Math.abs(x[i] as number);
          const free = periodic && at > phaseless[float] && at < Infinity;
          if (!free) return value;
          return Math.abs(value) <= 1 ? kind.round(wanted[i] as number) : NaN;
        });
        const [error, at] = worst(kind, got, (i) => wanted[i] as number);
        const found = `${name}: ${error.toExponential(2)} at ${x[at]}, ${backend.describe()}`;
        t.ok(error <= bound, found);
      }
    }
  });

  test(`pow of ${float} agrees with Math.pow, special values included`, async (t) => {
    const { all } = await backends();
    const { round } = kind;
    const odd = [0.1, 0.9, 1.1, 3, 7.5, 100, -2, -3, -0.1, -7.5, 1e-20, 1e20];
    const bases = [...special(kind), ...odd];
    const exponents = [
      ...[0, -0, 1, -1, 2, 3, 4, 5, -2, -3, 0.5, -0.5, 1 / 3, 7.25, 15, 100, -100, 1e8, 16777217],
      ...[1e300, -1e300, 2 ** 53 - 1, Infinity, -Infinity, NaN],
    ].map(round);
    const pairs = bases.flatMap((x) => exponents.map((y) => [x, y]));
    for (let i = 0; i < 20000; i++) pairs.push([(i + 0.5) / 2000, ((i * 7919) % 20000) / 500 - 20]);
    // Near 1 with large exponents, where the digits of the logarithm count.
    for (let i = 1; i < 2000; i++) pairs.push([1 + i / 1e5, 4e4 / i], [1 - i / 4e3, 1e6 / i ** 2]);
    const [x, y] = [0, 1].map((k) => Float64Array.from(pairs, (pair) => round(pair[k] as number)));
    const lists = [x, y] as [Float64Array, Float64Array];
    for (const backend of all) {
      const got = await valuesOf(backend, primitiveFns.pow, lists, float);
      const [error, at] = worst(
        kind,
        got,
        (i) => (lists[0][i] as number) ** (lists[1][i] as number),
      );
      const found = `${error.toExponential(2)} at ${x?.[at]} ** ${y?.[at]}, got ${got[at]}`;
      t.ok(error <= (float === "f32" ? 3e-7 : 5e-16), found);
    }
  });
}

test("erf in float64 agrees with its series in 256 bits", async (t) => {
  const { all } = await backends();
  const x = Float64Array.from({ length: 600 }, (_, i) => (i - 299) / 51.2);
  for (const backend of all) {
    const got = await valuesOf(backend, primitiveFns.erf, [x], "f64");
    const [error, at] = worst(kinds.f64, got, (i) => erfSeries(x[i] as number));
    t.ok(error <= 5e-16, `${error.toExponential(2)} at ${x[at]}`);
  }
});

/** Where functions with definitions are looked at, and how close they come, relative to the value or 1. */
const derived: Readonly<Record<string, readonly [from: number, to: number, bound: number]>> = {
  sigmoid: [-30, 30, 4e-16],
  softplus: [-30, 30, 5e-16],
  rsqrt: [1e-3, 50, 4e-16],
  log2: [1e-3, 50, 6e-16],
  log10: [1e-3, 50, 6e-16],
  softsign: [-20, 20, 3e-16],
  sinh: [-8, 8, 1e-15],
  cosh: [-8, 8, 1e-15],
  asinh: [-20, 20, 1e-15],
  acosh: [1, 20, 1e-15],
  atanh: [-0.999, 0.999, 1e-15],
  tan: [-1.5, 1.5, 1e-15],
  atan: [-20, 20, 6e-16],
  asin: [-1, 1, 6e-16],
  acos: [-1, 1, 6e-16],
};

/** `of` at x + 30 by its series, and the terms of the recurrence from x on. */
function recurring(x: number, term: (t: number) => number, series: (t: number) => number): number {
  let total = series(x + 30);
  for (let k = 29; k >= 0; k--) total += term(x + k);
  return total;
}

/** ln Γ and ψ by Stirling's series far out (Abramowitz and Stegun 6.1.41, 6.3.18). */
const gamma: Readonly<Record<string, (x: number) => number>> = {
  lgamma: (x) =>
    recurring(
      x,
      (t) => -Math.log(t),
      (t) =>
        (t - 0.5) * Math.log(t) -
        t +
        Math.log(2 * Math.PI) / 2 +
        (1 / 12 - (1 / 360 - 1 / (1260 * t ** 2)) / t ** 2) / t,
    ),
  digamma: (x) =>
    recurring(
      x,
      (t) => -1 / t,
      (t) =>
        Math.log(t) - 1 / (2 * t) - (1 / 12 - (1 / 120 - 1 / (252 * t ** 2)) / t ** 2) / t ** 2,
    ),
};

test("functions with a definition keep their digits in float64", async (t) => {
  const { all } = await backends();
  const check = async (
    name: string,
    [from, to, bound]: readonly [number, number, number],
    of: (x: number) => number,
  ) => {
    const x = Float64Array.from({ length: 3001 }, (_, i) => from + ((to - from) * i) / 3000);
    const wanted = x.map(of);
    for (const backend of all.slice(0, 2)) {
      const y = await valuesOf(backend, scalarFns[name] as ScalarFn, [x], "f64");
      let [error, at] = [0, 0];
      wanted.forEach((value, i) => {
        const off = Math.abs((y[i] as number) - value) / Math.max(1, Math.abs(value));
        if (!(off <= error)) [error, at] = [off, i];
      });
      t.ok(error <= bound, `${name}: ${error.toExponential(2)} at ${x[at]}`);
    }
  };
  for (const [name, spec] of Object.entries(derived)) {
    await check(name, spec, (x) => (scalarFns[name] as ScalarFn).evaluate([x], "float"));
  }
  for (const [name, of] of Object.entries(gamma)) await check(name, [0.05, 40, 2e-13], of);
});
