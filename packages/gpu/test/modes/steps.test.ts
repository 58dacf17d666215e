import { arg, call, literal, parseExpr, primitiveFns, type Step } from "@metrigrad/tensor";
import test from "tape";
import { gpu } from "../../src/index.ts";
import type { Launcher } from "../../src/modes/launcher.ts";
import { map } from "../../src/modes/steps.ts";
import { kernelText } from "../../src/modes/text.ts";
import { TestPlan } from "../support/plans.ts";
import { rowsStep } from "../support/rows.ts";

const cases: readonly { readonly name: string; readonly make: (plan: TestPlan) => Step }[] = [
  {
    name: "map of two views, NaN and infinities",
    make: (plan) => {
      const odd = (at: number) =>
        [1, Number.NaN, -2, Number.POSITIVE_INFINITY, 0][at % 5] as number;
      const [x, y] = [plan.view([3, 4], "f32", odd), plan.view([3, 4], "f32", undefined, [1, 0])];
      const exprs = [parseExpr("(x, y) => x > y ? tanh(y) : max(x, y) * erf(y) + 1 / 0")];
      const outputs = [plan.view([3, 4])];
      return { kind: "map", label: "", shape: [3, 4], inputs: [x, y], exprs, outputs };
    },
  },
  {
    name: "reduce over the first and last axis",
    make: (plan) => ({
      kind: "reduce",
      label: "",
      shape: [7, 3, 11],
      axes: [0, 2],
      inputs: [plan.view([7, 3, 11])],
      exprs: [parseExpr("(x) => x * x"), parseExpr("(x) => x - 2")],
      ops: ["sum", "max"],
      outputs: [plan.view([3]), plan.view([3])],
    }),
  },
  { name: "rows with a soft-max", make: (plan) => rowsStep(plan, [4, 3, 37], 1) },
  {
    name: "argReduce: the first NaN",
    make: (plan) => ({
      kind: "argReduce",
      label: "",
      op: "max",
      input: plan.view([4, 6], "f32", (at) => (at === 11 || at === 12 ? Number.NaN : at % 5)),
      output: plan.view([4], "i32"),
    }),
  },
  {
    name: "matmul of a stack with an epilogue",
    make: (plan) => ({
      kind: "matmul",
      label: "",
      a: plan.view([2, 3, 5], "f32", undefined, [0, 2, 1]),
      b: plan.view([2, 5, 4]),
      epilogue: {
        inputs: [plan.view([2, 3, 4])],
        exprs: [parseExpr("(ab, x) => exp(ab) + x")],
      },
      outputs: [plan.view([2, 3, 4])],
    }),
  },
  ...[1, 2].map((batch) => ({
    name: `matmul of ${batch} with two results, of which one is bool`,
    make: (plan: TestPlan): Step => ({
      kind: "matmul",
      label: "",
      a: plan.view([batch, 3, 5]),
      b: plan.view([batch, 5, 4]),
      epilogue: {
        inputs: [plan.view([batch, 3, 4])],
        exprs: [parseExpr("(ab, x) => max(ab + x, 0)"), parseExpr("(ab, x) => ab + x > 0")],
      },
      outputs: [plan.view([batch, 3, 4]), plan.view([batch, 3, 4], "bool")],
    }),
  })),
  ...[1, 2].map((batch) => ({
    name: `matmul of ${batch} finished on the host, where integers are`,
    make: (plan: TestPlan): Step => {
      const odd = call(primitiveFns.eq, arg(1, "i32"), literal(3, "i32"));
      return {
        kind: "matmul",
        label: "",
        a: plan.view([batch, 3, 5]),
        b: plan.view([batch, 5, 4]),
        epilogue: {
          inputs: [plan.view([batch, 3, 4], "i32", (at) => at % 5)],
          exprs: [call(primitiveFns.select, odd, arg(0), literal(-1))],
        },
        outputs: [plan.view([batch, 3, 4])],
      };
    },
  })),
  {
    name: "matmul of windows, with several axes for rows and sum",
    make: (plan) => {
      const x = plan.view([2, 5, 6]);
      const shape = [2, 4, 4, 2, 3];
      return {
        kind: "matmul",
        label: "",
        a: { ...x, shape, strides: [30, 6, 1, 6, 1] },
        b: plan.view([2, 3, 4]),
        groups: { rows: 3, inner: 2, columns: 1 },
        outputs: [plan.view([2, 4, 4, 4], "f32", undefined, [0, 3, 1, 2])],
      };
    },
  },
  {
    name: "gather of bytes, clamped",
    make: (plan) => ({
      kind: "gather",
      label: "",
      source: plan.view([5, 3], "u8", (at) => at * 13),
      indices: plan.view([4], "i32", (at) => at * 3 - 7),
      output: plan.view([4, 3]),
    }),
  },
  ...(["f32", "f16"] as const).map((dtype) => ({
    name: `gather of halves to ${dtype}`,
    make: (plan: TestPlan): Step => ({
      kind: "gather",
      label: "",
      source: plan.view([5, 3], "f16"),
      indices: plan.view([4], "i32", (at) => at * 3 - 7),
      output: plan.view([4, 3], dtype),
    }),
  })),
  {
    name: "a map of halves",
    make: (plan) => ({
      kind: "map",
      label: "",
      shape: [6],
      inputs: [plan.view([6], "f16")],
      exprs: [call(primitiveFns.mul, arg(0), literal(2))],
      outputs: [plan.view([6])],
    }),
  },
  {
    name: "copy of a view",
    make: (plan) => ({
      kind: "copy",
      label: "",
      input: plan.view([3, 5], "f32", undefined, [1, 0]),
      output: plan.view([3, 5]),
    }),
  },
  {
    name: "integers, on the host",
    make: (plan) => ({
      kind: "map",
      label: "",
      shape: [6],
      inputs: [plan.view([6], "u32", (at) => 2 ** 31 + 7 * at)],
      exprs: [call(primitiveFns.mul, arg(0, "u32"), literal(2_654_435_769, "u32"))],
      outputs: [plan.view([6], "u32")],
    }),
  },
];

for (const mode of ["cpu", "webasm"] as const) {
  test(`gpu ${mode}: steps agree with the reference`, async (t) => {
    const backend = await gpu({ mode });
    t.equal(backend.mode, mode);
    for (const { name, make } of cases) {
      const plan = new TestPlan();
      const error = await plan.difference(backend, [make(plan)]);
      t.ok(error < 2e-6, `${name}: ${error}`);
    }
    await backend.close();
  });
}

test("gpu: kernel text is for floats and booleans", async (t) => {
  const text = kernelText([parseExpr("(x) => x > 0 ? x : exp(x) - 1")], ["a0"]);
  t.ok(text?.lines.some((line) => /expm?1?Of\(a0\)/.test(line)));
  t.equal(kernelText([call(primitiveFns.toI32, arg(0))], ["a0"]), null);
});

test("gpu: a float map becomes one kernel per output, an integer one none", async (t) => {
  const asked: string[] = [];
  const launcher = {
    kernel: (body: readonly string[]) => {
      asked.push(body.join("\n"));
      return () => [];
    },
  } as unknown as Launcher;
  const memory = (dtype: string) =>
    ({ dtype: () => dtype }) as unknown as Parameters<typeof map>[1];
  const view = { buffer: 0, shape: [2], strides: [1], offset: 0 };
  const step = {
    kind: "map",
    label: "",
    shape: [2],
    inputs: [view],
    outputs: [view, view],
  } as const;
  const exprs = [parseExpr("(x) => x + 1"), parseExpr("(x) => sin(x)")];
  t.ok(map({ ...step, exprs }, memory("f32"), launcher));
  t.equal(asked.length, 2);
  t.equal(map({ ...step, exprs: [arg(0, "u32"), arg(0, "u32")] }, memory("u32"), launcher), null);
  t.equal(asked.length, 2);
});
