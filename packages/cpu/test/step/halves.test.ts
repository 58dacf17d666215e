import { arg, call, literal, primitiveFns, type Step, type View } from "@metrigrad/tensor";
import test from "tape";
import { Random } from "../support/random.ts";
import { backends, compare, randomLayout, TestPlan, variants } from "../support/steps.ts";

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

test("every half is read as its number, and copied as it is", async (t) => {
  const { all: own } = await backends();
  for (const float of ["f32", "f64"] as const) {
    for (const [i, backend] of own.entries()) {
      const plan = new TestPlan();
      const value = (at: number) => all[at % count] as number;
      const source = plan.view([count], "f16", value);
      const places = plan.view([count], "i32", (at) => at);
      const zero = () => 0;
      const [read, mapped] = [plan.view([count], "f32", zero), plan.view([count], "f32", zero)];
      const [moved, apart] = [plan.view([count], "f16", zero), plan.view([2 * count], "f16", zero)];
      const spread: View = { ...apart, shape: [count], strides: [2] };
      const [single, lone] = [plan.view([count], "f32", zero), plan.view([count], "f16", zero)];
      const steps: Step[] = [
        { kind: "gather", label: "", source, indices: places, output: read },
        // Side by side, apart, and one row after the other.
        { kind: "copy", label: "", input: source, output: moved },
        { kind: "copy", label: "", input: moved, output: spread },
        {
          ...{ kind: "map", label: "", shape: [count], inputs: [spread] },
          exprs: [arg(0)],
          outputs: [mapped],
        },
        {
          ...{ kind: "map", label: "", shape: [count], inputs: [source], outputs: [single] },
          exprs: [call(primitiveFns.mul, arg(0), literal(2))],
        },
        { kind: "gather", label: "", source, indices: places, output: lone },
      ];
      const results = await plan.run(backend, steps, float);
      const got = (view: View) => results[view.buffer]?.slice(0, count) ?? [];
      const name = `${JSON.stringify(variants[i])}, ${float}`;
      /** The bits of the halves that a view does not have. */
      const wrong = (view: View, same: (x: number, wanted: number) => boolean) =>
        [...got(view)].flatMap((x, bits) => (same(x, all[bits] as number) ? [] : [bits]));
      for (const view of [source, moved, lone]) {
        t.deepEqual(wrong(view, Object.is), [], `${name}, buffer ${view.buffer}`);
      }
      // Floats that the backend computes have no negative zero.
      for (const [view, by] of [
        [read, 1],
        [mapped, 1],
        [single, 2],
      ] as const) {
        const same = (x: number, wanted: number) => Object.is(x, by * wanted + 0);
        t.deepEqual(wrong(view, same), [], `${name}, buffer ${view.buffer} of floats`);
      }
      const between = [...(results[apart.buffer] ?? [])].filter(
        (_, at) => at < 2 * count && at % 2 === 1,
      );
      t.ok(
        between.every((x) => x === 0),
        "nothing else is written",
      );
    }
  }
});

test("maps, reductions and rows read halves in any layout", async (t) => {
  const random = new Random(31);
  for (let turn = 0; turn < 25; turn++) {
    const shape = Array.from({ length: random.integer(1, 3) }, () => random.integer(1, 19));
    const kept = shape.slice(0, -1);
    const plan = new TestPlan();
    const halves = plan.view(
      shape,
      "f16",
      () => random.integer(-999, 999) / 64,
      randomLayout(random, shape, false),
    );
    const floats = plan.view(
      shape,
      "f32",
      () => random.between(-1, 1),
      randomLayout(random, shape, false),
    );
    const inputs = [halves, floats];
    const product = call(primitiveFns.mul, arg(0), arg(1));
    const out = (sizes: readonly number[]) =>
      plan.view(sizes, "f32", () => 0, randomLayout(random, sizes, true));
    const steps: Step[] = [
      { kind: "map", label: "", shape, inputs, exprs: [product], outputs: [out(shape)] },
      {
        ...{ kind: "reduce", label: "", shape, axes: [shape.length - 1], inputs, exprs: [product] },
        ...{ ops: ["sum"], outputs: [out(kept)] },
      },
      {
        ...{
          kind: "rows",
          label: "",
          shape,
          rowAxes: 1,
          inputs,
          results: [0, 1],
          outputs: [out(kept), out(shape)],
        },
        stages: [
          { per: "row", op: "max", expr: arg(0) },
          { per: "element", expr: call(primitiveFns.sub, arg(0), arg(2)) },
        ],
      },
    ];
    await compare(t, plan, steps, { relative: 1e-6, absolute: 1e-5 }, `[${shape}]`);
  }
});
