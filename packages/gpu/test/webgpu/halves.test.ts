import { arg, call, literal, primitiveFns, type Step, type View } from "@metrigrad/tensor";
import test from "tape";
import { onWebGpu } from "../support/adapter.ts";
import { TestPlan, wave } from "../support/plans.ts";

const count = 2 ** 16;

/** The number that 16 bits mean: a sign, 5 bits of exponent, 10 bits of fraction. */
function half(bits: number): number {
  const sign = bits < 2 ** 15 ? 1 : -1;
  const exponent = Math.floor(bits / 1024) % 32;
  const fraction = (bits % 1024) / 1024;
  if (exponent === 31) return fraction === 0 ? sign / 0 : Number.NaN;
  return exponent === 0
    ? (sign * fraction) / 2 ** 14
    : sign * (1 + fraction) * 2 ** (exponent - 15);
}

const all = Array.from({ length: count }, (_, bits) => half(bits));

test("webgpu: every half is read as its number, and copied as it is", async (t) => {
  await onWebGpu(t, async (backend) => {
    for (const onePage of [false, true]) {
      const plan = new TestPlan();
      // Views of a test begin at the third element of their buffer.
      const source = plan.view([count], "f16", (at) => all[(at + count - 2) % count] as number);
      const places = plan.view([count], "i32", (at) => at - 2);
      const zero = () => 0;
      const floats = [0, 1, 2].map(() => plan.view([count], "f32", zero)) as [View, View, View];
      const [moved, taken] = [plan.view([count], "f16", zero), plan.view([count], "f16", zero)];
      const apart = plan.view([2 * count], "f16", () => 3);
      const spread: View = { ...apart, shape: [count], strides: [2] };
      const mapped = { kind: "map", label: "", shape: [count] } as const;
      const twice = [call(primitiveFns.mul, arg(0), literal(2))];
      const steps: Step[] = [
        { kind: "gather", label: "", source, indices: places, output: floats[0] },
        { kind: "gather", label: "", source, indices: places, output: taken },
        { kind: "copy", label: "", input: source, output: moved },
        { kind: "copy", label: "", input: moved, output: spread },
        { ...mapped, inputs: [spread], exprs: [arg(0)], outputs: [floats[1]] },
        { ...mapped, inputs: [taken], exprs: twice, outputs: [floats[2]] },
      ];
      const results = await plan.run(backend, steps, onePage);
      const got = ({ buffer }: View) => results[buffer]?.slice(2, 2 + count) ?? [];
      for (const [view, by] of [
        ...[source, moved, taken, floats[0], floats[1]].map((view) => [view, 1] as const),
        [floats[2], 2] as const,
      ]) {
        const wrong = [...got(view)].filter((x, bits) => !Object.is(x, by * (all[bits] as number)));
        t.equal(wrong.length, 0, `buffer ${view.buffer}, times ${by}`);
      }
      const between = [...(results[apart.buffer] ?? [])].filter(
        (x, at) => x !== 3 && (at % 2 === 1 || at < 2 || at > 2 * count),
      );
      t.deepEqual(between, [], "nothing else is written");
      const inside = [...(results[apart.buffer] ?? [])].filter((_, at) => at >= 2 && at % 2 === 0);
      t.ok(
        inside.slice(0, count).every((x, bits) => Object.is(x, all[bits])),
        "each other half",
      );
    }
  });
});

/** Steps that read halves, or move them in other orders. */
const cases: Readonly<Record<string, (plan: TestPlan) => Step[]>> = {
  "copies of an odd number, turned": (plan) => {
    const input = plan.view([51, 41], "f16", wave, [1, 0]);
    return [{ kind: "copy", label: "", input, output: plan.view([51, 41], "f16", () => 9) }];
  },
  "sums and largest numbers": (plan) => {
    const [x, sums, most] = [plan.view([25, 31], "f16"), plan.view([25]), plan.view([31])];
    const step = {
      kind: "reduce",
      label: "",
      shape: [25, 31],
      inputs: [x],
      exprs: [arg(0)],
    } as const;
    return [
      { ...step, axes: [1], ops: ["sum"], outputs: [sums] },
      { ...step, axes: [0], ops: ["max"], outputs: [most] },
    ];
  },
  rows: (plan) => {
    const [x, out] = [plan.view([25, 31], "f16"), plan.view([25, 31])];
    const stages = [
      { per: "row", op: "max", expr: arg(0) } as const,
      { per: "element", expr: call(primitiveFns.sub, arg(0), arg(1)) } as const,
    ];
    return [
      {
        ...{ kind: "rows", label: "", shape: [25, 31], rowAxes: 1, inputs: [x], stages },
        results: [1],
        outputs: [out],
      },
    ];
  },
  "a product that adds halves": (plan) => {
    const [a, b, c] = [plan.view([17, 40]), plan.view([40, 20]), plan.view([17, 20])];
    const inputs = [plan.view([17, 20], "f16")];
    const exprs = [call(primitiveFns.add, arg(0), arg(1))];
    return [{ kind: "matmul", label: "", a, b, epilogue: { inputs, exprs }, outputs: [c] }];
  },
  "sorts and largest places": (plan) => {
    const odd = [Number.NaN, 1 / 0, -1 / 0, 0, -0, 2 ** -24, -(2 ** -20), 65504];
    const value = (at: number) =>
      at % 5 === 0 ? (odd[(at / 5) % 8] as number) : Math.round(9 * wave(at));
    const x = plan.view([3, 700], "f16", value, [1, 0]);
    const [order, first] = [plan.view([3, 700], "i32", () => 0), plan.view([3], "i32", () => 9)];
    return [
      { kind: "sort", label: "", input: x, descending: false, output: order },
      { kind: "argReduce", label: "", op: "min", input: x, output: first },
    ];
  },
  "rows to integers": (plan) => {
    const source = plan.view([9, 3], "f16", (at) => 99 * wave(at));
    const indices = plan.view([14], "i32", (at) => at - 2);
    return [
      { kind: "gather", label: "", source, indices, output: plan.view([14, 3], "i32", () => 0) },
    ];
  },
};

for (const [what, limits] of [
  ["whole pages", {}],
  ["pages in windows", { bindingBytes: 2048, buffers: 8 }],
  ["few bindings, so pages are copied", { buffers: 3 }],
] as const) {
  test(`webgpu: steps on halves agree with the reference: ${what}`, async (t) => {
    await onWebGpu(
      t,
      async (backend) => {
        for (const [name, make] of Object.entries(cases)) {
          const plan = new TestPlan();
          const error = await plan.difference(backend, make(plan));
          t.ok(error < 1e-5, `${name}: ${error}`);
        }
      },
      limits,
    );
  });
}

test("webgpu: a store keeps halves in 2 bytes each", async (t) => {
  await onWebGpu(t, async (backend) => {
    const init = () => [0.1, -2, 2 ** -24, 7e4, 5];
    const store = await backend.store([{ path: "x", shape: [5], type: "f16", role: "data", init }]);
    t.equal(store.bytes, 10);
    const value = await store.read("x");
    t.equal(value.dtype, "f16");
    t.deepEqual([...value.data()], [1638 / 2 ** 14, -2, 2 ** -24, 1 / 0, 5]);
    await store.write("x", value);
    t.deepEqual([...(await store.read("x")).data()], [...value.data()]);
    await store.close();
  });
});
