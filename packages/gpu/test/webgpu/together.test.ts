import {
  arg,
  type DType,
  parseExpr,
  type Step,
  stepViews,
  type TypedArray,
  type View,
} from "@metrigrad/tensor";
import test from "tape";
import { onWebGpu } from "../support/adapter.ts";
import { TestPlan, wave } from "../support/plans.ts";
import { rowsStep } from "../support/rows.ts";

const label = "";

/** Whether two arrays have the same bits; NaNs too. */
function sameBits(x: TypedArray, y: TypedArray): boolean {
  const [a, b] = [x, y].map((one) => Buffer.from(one.buffer, one.byteOffset, one.byteLength));
  return (a as Buffer).equals(b as Buffer);
}

/** A symmetric matrix whose eigenvalues are positive. */
const positive = (d: number) => (at: number) => {
  const [i, j] = [Math.floor((at - 2) / d), (at - 2) % d];
  return i === j ? 3 : Math.cos(i + j) / d;
};

function mapped(plan: TestPlan, shape: readonly number[], text: string, when?: View): Step {
  const inputs = [plan.view(shape), plan.view(shape)];
  const exprs = [parseExpr(text)];
  return {
    ...{ kind: "map", label, shape, inputs, exprs, outputs: [plan.view(shape)] },
    ...(when && { when }),
  };
}

function reduced(plan: TestPlan, shape: readonly number[], axes: readonly number[]): Step {
  const kept = shape.filter((_, axis) => !axes.includes(axis));
  const exprs = [arg(0), arg(0)];
  return {
    ...{ kind: "reduce", label, shape, axes, inputs: [plan.view(shape)], exprs },
    ...{ ops: ["sum", "max"], outputs: [plan.view(kept), plan.view(kept)] },
  };
}

/** Steps of all kinds of which none waits for another, two of each with scratch. */
function independent(plan: TestPlan): Step[] {
  const flag = (on: number): View => {
    return { ...plan.view([1], "bool", () => on), shape: [], strides: [] };
  };
  const whole = (shape: readonly number[], dtype: DType = "i32") =>
    plan.view(shape, dtype, () => 0);
  const few = (at: number) => Math.round(5 * wave(at));
  const twice = <T>(make: () => T) => [make(), make()];
  return [
    mapped(plan, [40, 50], "(x, y) => x * y - tanh(x)", flag(1)),
    mapped(plan, [40, 50], "(x, y) => x * y - tanh(x)", flag(0)),
    mapped(plan, [7, 11], "(x, y) => max(x, y)"),
    reduced(plan, [40, 50], [0]),
    reduced(plan, [40, 50], [1]),
    ...twice(() => reduced(plan, [20_000], [0])),
    rowsStep(plan, [6, 30], 1),
    { kind: "argReduce", label, op: "max", input: plan.view([9, 40]), output: whole([9]) },
    ...twice((): Step => {
      const [a, b] = [plan.view([5, 600]), plan.view([600, 3])];
      return { kind: "matmul", label, a, b, outputs: [plan.view([5, 3])] };
    }),
    ...twice((): Step => {
      const a = plan.view([40, 40], "f32", positive(40));
      const output = plan.view([40, 40]);
      return { kind: "cholesky", label, a, shift: null, output, used: null };
    }),
    ...twice((): Step => {
      const [l, rhs] = [plan.view([40, 40], "f32", positive(40)), plan.view([40, 6])];
      const output = plan.view([40, 6]);
      return { kind: "triangularSolve", label, l, rhs, transpose: false, output };
    }),
    ...twice((): Step => {
      const a = plan.view([4, 4], "f32", positive(4));
      return { kind: "eigh", label, a, output: plan.view([4, 4]), values: plan.view([4]) };
    }),
    ...twice((): Step => {
      return {
        kind: "sort",
        label,
        input: plan.view([3, 20]),
        descending: true,
        output: whole([3, 20]),
      };
    }),
    {
      kind: "random",
      label,
      key: 7,
      state: plan.view([2], "u32", (at) => at),
      output: whole([33], "u32"),
    },
    {
      ...{ kind: "gather", label, source: plan.view([6, 4]) },
      ...{ indices: plan.view([8], "i32", few), output: plan.view([8, 4]) },
    },
    {
      ...{ kind: "scatterAdd", label, indices: plan.view([8], "i32", few) },
      ...{ updates: plan.view([8, 4]), output: plan.view([6, 4]) },
    },
    {
      kind: "copy",
      label,
      input: plan.view([3, 5], "u8", (at) => at),
      output: whole([3, 5], "u8"),
    },
  ];
}

test("webgpu: steps that do not wait for each other share dispatches, and give the same bits", async (t) => {
  for (const limits of [{}, { groups: 3 }]) {
    await onWebGpu(
      t,
      async (backend) => {
        const plan = new TestPlan();
        const steps = independent(plan);
        const error = await plan.difference(backend, steps, true);
        t.ok(error < 2e-5, `${JSON.stringify(limits)}, to the reference: ${error}`);
        const all = await plan.run(backend, steps, true);
        const together = plan.dispatches as number;
        let apart = 0;
        for (const step of steps) {
          const alone = await plan.run(backend, [step], true);
          apart += plan.dispatches as number;
          for (const { buffer } of stepViews(step).writes) {
            const same = sameBits(all[buffer] as TypedArray, alone[buffer] as TypedArray);
            t.ok(same, `${step.kind}: the same bits`);
          }
        }
        t.ok(together <= 30 && apart >= 60, `${together} dispatches, and ${apart} one by one`);
      },
      limits,
    );
  }
});

test("webgpu: steps of all kinds run where a dispatch binds two of many buffers", async (t) => {
  await onWebGpu(
    t,
    async (backend) => {
      const plan = new TestPlan();
      const error = await plan.difference(backend, independent(plan));
      t.ok(error < 2e-5, `${error}`);
    },
    { buffers: 2 },
  );
});

test("webgpu: steps keep their order where one uses the values of another", async (t) => {
  await onWebGpu(t, async (backend) => {
    const plan = new TestPlan();
    const [x, y, z, total] = [plan.view([30]), plan.view([30]), plan.view([30]), plan.view([])];
    const map = (text: string, inputs: readonly View[], output: View): Step => {
      const exprs = [parseExpr(text)];
      return { kind: "map", label, shape: [30], inputs, exprs, outputs: [output] };
    };
    const steps: Step[] = [
      map("(a) => a + 1", [x], y),
      map("(a) => a * 2", [x], z),
      map("(a, b) => a - b", [y, z], x),
      {
        ...{ kind: "reduce", label, shape: [30], axes: [0], inputs: [x], exprs: [arg(0)] },
        ...{ ops: ["sum"], outputs: [total] },
      },
      map("(a) => a + 3", [y], y),
      map("(a, b) => a * b", [{ ...total, shape: [30], strides: [0] }, y], z),
    ];
    t.ok((await plan.difference(backend, steps, true)) < 1e-6);
    t.equal(plan.dispatches, 4, "two pairs share a dispatch");
  });
});

test("webgpu: in a loop steps share dispatches, and each turn has its own parts", async (t) => {
  await onWebGpu(t, async (backend) => {
    const plan = new TestPlan();
    const rows = plan.view([5, 8]);
    const [sum, most] = [plan.view([8]), plan.view([8])];
    const row: View = { ...rows, shape: [8], strides: [1], advance: [8] };
    const carried = (text: string, to: View): Step => {
      const exprs = [parseExpr(text)];
      return { kind: "map", label, shape: [8], inputs: [to, row], exprs, outputs: [to] };
    };
    const body = [carried("(a, b) => a + b", sum), carried("(a, b) => max(a, b)", most)];
    const steps: Step[] = [{ kind: "loop", label, turns: 5, body }];
    t.ok((await plan.difference(backend, steps, true)) < 1e-6);
    t.equal(plan.dispatches, 5, "a dispatch for each turn");
  });
});
