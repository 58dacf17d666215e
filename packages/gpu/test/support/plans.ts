import {
  type Backend,
  type DType,
  type Executable,
  hostArray,
  type Plan,
  reference,
  type Step,
  type TypedArray,
  type ValueType,
  type VariableSpec,
  type View,
} from "@metrigrad/tensor";

interface TestBuffer {
  readonly dtype: DType;
  readonly data: TypedArray;
}

/** Numbers between −1 and 1 that repeat late. */
export const wave = (at: number) => Math.sin(1.7 * at + 0.3);

/** Collects buffers and views for a plan whose buffers are all variables. */
export class TestPlan {
  readonly buffers: TestBuffer[] = [];
  /** The dispatches of the last run; null if its backend has none. */
  dispatches: number | null = null;

  /** A row-major view on a new buffer; `order` lists its axes from the one that moves slowest. */
  view(
    shape: readonly number[],
    dtype: DType = "f32",
    value: (at: number) => number = wave,
    order: readonly number[] = shape.map((_, axis) => axis),
  ): View {
    const strides = shape.map(() => 0);
    let size = 1;
    for (const axis of [...order].reverse()) {
      strides[axis] = size;
      size *= shape[axis] as number;
    }
    const data = hostArray(dtype, size + 4);
    for (let at = 0; at < data.length; at++) data[at] = value(at);
    const buffer = this.buffers.push({ dtype, data }) - 1;
    return { buffer, shape, strides, offset: 2 };
  }

  /** The contents of all buffers after the steps ran, once or as `act` runs them. They have a page each, or all the same. */
  async run(
    backend: Backend,
    steps: readonly Step[],
    onePage = false,
    act: (program: Executable) => Promise<unknown> = (program) => program.run([]),
  ): Promise<TypedArray[]> {
    const specs = this.buffers.map(({ dtype, data }, i): VariableSpec => {
      const type = (dtype === "f32" ? "float" : dtype) as ValueType;
      return { path: `v${i}`, shape: [data.length], type, role: "state", init: () => data };
    });
    const plan: Plan = {
      float: "f32",
      buffers: this.buffers.map(({ dtype, data }, i) => ({
        dtype,
        size: data.length,
        place: { kind: "variable", spec: specs[i] as VariableSpec },
        label: `v${i}`,
      })),
      steps,
      feeds: [],
      outputs: [],
      arenaBytes: 0,
    };
    const store = await backend.store([], { float: "f32" });
    // Variables that are added together share a page.
    for (const added of onePage ? [specs] : specs.map((spec) => [spec])) await store.add(added);
    const executable = await store.prepare(plan);
    this.dispatches = executable.dispatches ?? null;
    await act(executable);
    const results = await Promise.all(specs.map((spec) => store.read(spec)));
    await store.close();
    return results.map((result) => result.data());
  }

  /** The largest difference to the reference, relative to numbers above 1; NaN matches NaN only. */
  async difference(backend: Backend, steps: readonly Step[], onePage = false): Promise<number> {
    const host = await reference();
    const expected = await this.run(host, steps);
    await host.close();
    const got = await this.run(backend, steps, onePage);
    let worst = 0;
    expected.forEach((values, i) => {
      values.forEach((wanted, k) => {
        const found = got[i]?.[k] as number;
        if (Object.is(found, wanted) || found === wanted) return;
        const error = Math.abs(found - wanted) / Math.max(1, Math.abs(wanted));
        worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
      });
    });
    return worst;
  }
}
