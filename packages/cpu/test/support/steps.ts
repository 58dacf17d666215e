import {
  type Backend,
  type DType,
  type FloatType,
  hostArray,
  type Plan,
  reference,
  type Step,
  type TypedArray,
  type ValueType,
  type VariableSpec,
  type View,
} from "@metrigrad/tensor";
import type { Test } from "tape";
import { type OpenOptions, openCpu } from "../../src/open.ts";
import type { Random } from "./random.ts";

/** A buffer with its first contents; `f32` stands for the floats of the run, and its data have 64 bits. */
export interface TestBuffer {
  readonly dtype: DType;
  readonly data: TypedArray;
}

/** How a view is laid out in its own buffer. */
export interface Layout {
  /** Axes from the one that moves slowest in memory; row-major by default. */
  readonly order?: readonly number[];
  /** Axes that get stride 0. */
  readonly broadcast?: readonly number[];
  /** Axes that run backwards. */
  readonly reversed?: readonly number[];
  /** Elements in front, and between one line and the next. */
  readonly offset?: number;
  readonly gap?: number;
}

/** Collects buffers and views for a plan whose buffers are all variables. */
export class TestPlan {
  readonly buffers: TestBuffer[] = [];

  /** A view on a new buffer filled by `value`. */
  view(
    shape: readonly number[],
    dtype: DType,
    value: (at: number) => number,
    layout: Layout = {},
  ): View {
    const { order = shape.map((_, axis) => axis), broadcast = [], reversed = [] } = layout;
    const strides = shape.map(() => 0);
    let size = 1;
    let offset = layout.offset ?? 0;
    [...order].reverse().forEach((axis, turn) => {
      if (broadcast.includes(axis)) return;
      const length = shape[axis] as number;
      strides[axis] = size;
      size = size * Math.max(length, 1) + (turn === 0 ? (layout.gap ?? 0) : 0);
    });
    for (const axis of reversed) {
      const stride = strides[axis] as number;
      offset += stride * Math.max(0, (shape[axis] as number) - 1);
      strides[axis] = -stride;
    }
    const data = hostArray(dtype === "f32" ? "f64" : dtype, (layout.offset ?? 0) + size + 3);
    for (let at = 0; at < data.length; at++) data[at] = value(at);
    const buffer = this.buffers.push({ dtype, data }) - 1;
    return { buffer, shape, strides, offset };
  }

  /** The contents of all buffers after the steps ran on a backend with floats of a type. */
  async run(
    backend: Backend,
    steps: readonly Step[],
    float: FloatType = "f32",
  ): Promise<TypedArray[]> {
    const specs = this.buffers.map(({ dtype, data }, i): VariableSpec => {
      const type = (dtype === "f32" ? "float" : dtype) as ValueType;
      return { path: `v${i}`, shape: [data.length], type, role: "state", init: () => data };
    });
    const plan: Plan = {
      float,
      buffers: this.buffers.map(({ dtype, data }, i) => ({
        dtype: dtype === "f32" ? float : dtype,
        size: data.length,
        place: { kind: "variable", spec: specs[i] as VariableSpec },
        label: `v${i}`,
      })),
      steps,
      feeds: [],
      outputs: [],
      arenaBytes: 0,
    };
    const store = await backend.store(specs, { float });
    const executable = await store.prepare(plan);
    await executable.run([]);
    const results = await Promise.all(specs.map((spec) => store.read(spec)));
    await store.close();
    return results.map((result) => result.data());
  }
}

/** The kinds of backend that every kernel is tested on; one thread before several. */
export const variants: readonly OpenOptions[] = [
  { relaxed: false, threads: 1 },
  { threads: 1 },
  { relaxed: false, threads: 2, grain: 0 },
  { threads: 2, grain: 0 },
];

let opened: Promise<{ expected: Backend; all: Backend[] }> | null = null;

/** The backends under test and the reference, opened once. */
export function backends(): Promise<{ expected: Backend; all: Backend[] }> {
  opened ??= (async () => ({
    expected: await reference(),
    all: await Promise.all(variants.map((options) => openCpu(options))),
  }))();
  return opened;
}

/** Largest |x − y| − relative·|y|, with NaN and infinities matched. */
export function excess(x: ArrayLike<number>, y: ArrayLike<number>, relative: number): number {
  let worst = 0;
  for (let i = 0; i < y.length; i++) {
    const [a, b] = [x[i] as number, y[i] as number];
    if (Object.is(a, b) || a === b) continue;
    const off = Math.abs(a - b) - relative * Math.abs(b);
    worst = Math.max(worst, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off);
  }
  return worst;
}

/** How much finer numbers of 64 bits are; a little less than they could be. */
export const finer = 2 ** -26;

/** `npm test` has plain and relaxed SIMD in turn, one comparison after the other; METRIGRAD_SWEEP=full both for each. */
const whole = process.env.METRIGRAD_SWEEP === "full";
let comparisons = 0;

/**
 * Runs steps on the backends in both float types and compares every buffer with the reference, and bit by bit
 * with what one thread gives. Tolerances are those of 32 bits; `double` is the relative one of 64 bits where it
 * is another.
 */
export async function compare(
  t: Test,
  plan: TestPlan,
  steps: readonly Step[],
  tolerance: { readonly relative?: number; readonly absolute?: number; readonly double?: number },
  name: string,
): Promise<void> {
  const plain = comparisons++ % 2 === 0;
  const isRun = ({ relaxed }: OpenOptions) => whole || plain === (relaxed === false);
  for (const float of ["f32", "f64"] as const) {
    const scale = float === "f32" ? 1 : finer;
    const { relative = 0, absolute = 0, double = relative * finer } = tolerance;
    const own = float === "f32" ? relative : double;
    const off = await differences(plan, steps, float, own, absolute * scale, isRun);
    t.deepEqual(off, [], `${name}, ${float}`);
  }
}

async function differences(
  plan: TestPlan,
  steps: readonly Step[],
  float: FloatType,
  relative: number,
  absolute: number,
  isRun: (variant: OpenOptions) => boolean,
): Promise<string[]> {
  const { expected, all } = await backends();
  const wanted = await plan.run(expected, steps, float);
  const off: string[] = [];
  const bits = new Map<boolean | undefined, TypedArray[]>();
  for (const [i, backend] of all.entries()) {
    const variant = variants[i] as OpenOptions;
    if (!isRun(variant)) continue;
    const results = await plan.run(backend, steps, float);
    const { relaxed } = variant;
    const single = bits.get(relaxed) ?? results;
    bits.set(relaxed, single);
    results.forEach((result, buffer) => {
      const other = single[buffer] as TypedArray;
      if (result.some((x, k) => !Object.is(x, other[k]))) {
        off.push(`${JSON.stringify(variant)} buffer ${buffer}: not the bits of one thread`);
      }
    });
    results.forEach((result, buffer) => {
      const over = excess(result, wanted[buffer] as TypedArray, relative);
      if (over > absolute) off.push(`${JSON.stringify(variant)} buffer ${buffer}: ${over}`);
    });
  }
  return off;
}

/** A random layout of a shape; outputs get no stride 0. */
export function randomLayout(random: Random, shape: readonly number[], output: boolean): Layout {
  const order = shape.map((_, axis) => axis);
  if (random.chance(0.4)) order.sort(() => random.next() - 0.5);
  const some = (probability: number) => order.filter(() => random.chance(probability));
  return {
    order,
    broadcast: output || random.chance(0.5) ? [] : some(0.4),
    reversed: random.chance(0.2) ? some(0.5) : [],
    offset: random.integer(0, 3),
    gap: random.chance(0.3) ? random.integer(1, 3) : 0,
  };
}
