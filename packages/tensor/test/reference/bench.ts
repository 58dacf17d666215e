import { type DType, type FloatType, hostArray, type TypedArray } from "../../src/dtype.ts";
import type { BufferSpec, Plan } from "../../src/plan/plan.ts";
import type { Step } from "../../src/plan/step.ts";
import type { View } from "../../src/plan/view.ts";
import { reference } from "../../src/reference/reference.ts";
import { type LayoutOf, layouts, positions, spread, viewOf } from "./layouts.ts";

/** Collects the operands of one step, runs it and reads its outputs. */
export interface Bench {
  readonly float: FloatType;
  /** An operand with row-major values. */
  input(values: ArrayLike<number>, shape: readonly number[], dtype?: DType): View;
  /** Room for a result. */
  output(shape: readonly number[], dtype?: DType): View;
  /** Runs the step; the values of all outputs, row-major, in the order in which they were made. */
  run(step: Step): Promise<number[][]>;
}

/** A bench whose operands have a layout. */
export function bench(float: FloatType = "f64", layoutOf = layouts.rowMajor as LayoutOf): Bench {
  const buffers: BufferSpec[] = [];
  const outputs: View[] = [];
  return {
    float,
    input: (values, shape, dtype = float) => {
      const layout = layoutOf(shape);
      const data = spread(values, shape, layout, dtype);
      buffers.push({ dtype, size: data.length, place: { kind: "constant", data }, label: "input" });
      return viewOf(buffers.length - 1, shape, layout);
    },
    output: (shape, dtype = float) => {
      const layout = layoutOf(shape);
      buffers.push({ dtype, size: layout.size, place: { kind: "output" }, label: "output" });
      const view = viewOf(buffers.length - 1, shape, layout);
      outputs.push(view);
      return view;
    },
    run: async (step) => {
      const whole = outputs.map(({ buffer }): View => {
        const size = buffers[buffer]?.size as number;
        return { buffer, shape: [size], strides: [1], offset: 0 };
      });
      const read = await runPlan({ ...emptyPlan, float, buffers, steps: [step], outputs: whole });
      return outputs.map((view, j) =>
        positions(view.shape, { ...view, size: 0 }).map((at) => read[j]?.[at] as number),
      );
    },
  };
}

/** A plan without anything. */
export const emptyPlan: Plan = {
  float: "f64",
  buffers: [],
  steps: [],
  feeds: [],
  outputs: [],
  arenaBytes: 0,
};

/** Runs a plan without feeds and variables once. */
export async function runPlan(plan: Plan): Promise<TypedArray[]> {
  const backend = await reference();
  const store = await backend.store([], { float: plan.float });
  const program = await store.prepare(plan);
  const handles = await program.run([]);
  const values = await Promise.all(handles.map(async (handle) => (await handle.read()).data()));
  await backend.close();
  return values;
}

/** Reproducible numbers in (−1, 1), without a relation to the library's generator. */
export function numbers(size: number, salt = 1): number[] {
  return Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * salt));
}

/** The number as a store of that type keeps it. */
export function stored(x: number, float: FloatType): number {
  return hostArray(float, 1).fill(x)[0] as number;
}

/** Every layout in both float types. */
export const benches: readonly (readonly [string, () => Bench])[] = Object.entries(layouts).flatMap(
  ([name, layoutOf]) =>
    (["f64", "f32"] as const).map(
      (float) => [`${name} ${float}`, () => bench(float, layoutOf)] as const,
    ),
);
