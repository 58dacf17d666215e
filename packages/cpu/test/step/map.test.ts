import { arg, call, type Expr, literal, type ScalarFn, scalarFns } from "@metrigrad/tensor";
import test from "tape";
import { Random } from "../support/random.ts";
import { backends, compare, randomLayout, TestPlan } from "../support/steps.ts";

const fn = (name: string) => scalarFns[name] as ScalarFn;
const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 13, 16, 31, 64, 67];

/** A chain with shared sub-expressions over three inputs. */
function chain(): Expr[] {
  const [x, y, z] = [arg(0), arg(1), arg(2)];
  const sum = call(fn("add"), x, call(fn("mul"), y, literal(0.5)));
  const kept = call(fn("select"), call(fn("gt"), sum, z), sum, literal(0));
  return [call(fn("sub"), call(fn("mul"), kept, kept), z), kept];
}

test("map: fused chains over broadcast, strided and reversed views", async (t) => {
  const random = new Random(1);
  for (let turn = 0; turn < 60; turn++) {
    const rank = random.integer(0, 3);
    const shape = Array.from({ length: rank }, () => random.pick(sizes));
    const plan = new TestPlan();
    const value = () => random.between(-2, 2);
    const inputs = [0, 1, 2].map(() =>
      plan.view(shape, "f32", value, randomLayout(random, shape, false)),
    );
    const outputs = [0, 1].map(() =>
      plan.view(shape, "f32", value, randomLayout(random, shape, true)),
    );
    const step = { kind: "map", label: "m", shape, inputs, exprs: chain(), outputs } as const;
    await compare(t, plan, [step], { absolute: 4e-6 }, `shape [${shape}]`);
  }
});

test("map: in place", async (t) => {
  const random = new Random(2);
  for (const shape of [[1], [5], [7, 9], [130], [4, 3, 6]]) {
    const plan = new TestPlan();
    const x = plan.view(shape, "f32", () => random.between(-2, 2), { offset: 1, gap: 2 });
    const y = plan.view(shape, "f32", () => random.between(-2, 2), { broadcast: [0] });
    const exprs = [call(fn("sub"), arg(0), call(fn("mul"), arg(1), literal(0.1)))];
    const step = { kind: "map", label: "m", shape, inputs: [x, y], exprs, outputs: [x] } as const;
    await compare(t, plan, [step], { absolute: 1e-6 }, `shape [${shape}]`);
  }
});

test("map: integers, booleans and bytes", async (t) => {
  const random = new Random(3);
  const shapes = [[1], [11], [6, 7], [3, 20]];
  for (const shape of shapes) {
    const plan = new TestPlan();
    const layout = () => randomLayout(random, shape, false);
    const ints = plan.view(shape, "i32", () => random.integer(-9, 9), layout());
    const words = plan.view(shape, "u32", () => random.integer(0, 2 ** 32 - 1), layout());
    const flags = plan.view(shape, "bool", () => random.integer(0, 1), layout());
    const bytes = plan.view(shape, "u8", () => random.integer(0, 255), layout());
    const out = (dtype: "i32" | "u32" | "bool" | "f32") =>
      plan.view(shape, dtype, () => 1, randomLayout(random, shape, true));
    const [i, w, b, u] = [arg(0, "i32"), arg(1, "u32"), arg(2, "bool"), arg(3, "u32")];
    const exprs = [
      call(fn("add"), call(fn("mul"), i, i), literal(3, "i32")),
      call(fn("bitXor"), call(fn("shiftRight"), w, literal(5, "u32")), call(fn("shiftLeft"), w, u)),
      call(fn("and"), call(fn("not"), b), call(fn("lt"), i, literal(0, "i32"))),
      call(fn("mul"), call(fn("toFloat"), u), call(fn("toFloat"), b)),
    ];
    const outputs = [out("i32"), out("u32"), out("bool"), out("f32")];
    const inputs = [ints, words, flags, bytes];
    const step = { kind: "map", label: "m", shape, inputs, exprs, outputs } as const;
    await compare(t, plan, [step], { relative: 1e-6 }, `shape [${shape}]`);
  }
});

test("map: a running average of float64 in a variable ends at zero too", async (t) => {
  const { all } = await backends();
  for (const backend of all) {
    const plan = new TestPlan();
    const values = [2.3e-308, -2.3e-308, 1e-307, 5e-324, 1e-40, Number.NaN, -0, 2];
    const average = plan.view([8], "f32", (at) => values[at] ?? 0);
    const exprs = [call(fn("mul"), arg(0), literal(0.9))];
    const [shape, inputs] = [[8], [average]];
    const step = { kind: "map", label: "m", shape, inputs, exprs, outputs: inputs } as const;
    const copy = plan.view([8], "f32", () => 0);
    const tiny = plan.view([8], "f32", (at) => values[at] ?? 0);
    const exact = { kind: "copy", label: "c", input: tiny, output: copy } as const;
    const [averaged, copied] = await plan.run(backend, [step, exact], "f64");
    const kept = [0, 0, 1e-307 * 0.9, 0, 1e-40 * 0.9, Number.NaN];
    t.deepEqual([...(averaged as Float64Array)].slice(0, 6), kept);
    t.deepEqual([...(copied as Float64Array)].slice(0, 8), values, "copies are exact");
  }
});

test("map: a running average in a variable ends at zero, not in denormals", async (t) => {
  const { all } = await backends();
  for (const backend of all) {
    const plan = new TestPlan();
    const values = [1e-38, -1e-38, 1.3e-38, 1e-45, Number.NaN, Number.POSITIVE_INFINITY, -0, 2];
    const average = plan.view([8], "f32", (at) => values[at] ?? 0);
    const exprs = [call(fn("mul"), arg(0), literal(0.99))];
    const shape = [8];
    const inputs = [average];
    const step = { kind: "map", label: "m", shape, inputs, exprs, outputs: inputs } as const;
    const copy = plan.view([8], "f32", () => 0);
    const tiny = plan.view([8], "f32", (at) => values[at] ?? 0);
    const exact = { kind: "copy", label: "c", input: tiny, output: copy } as const;
    const [averaged, copied] = await plan.run(backend, [step, exact]);
    const { fround } = Math;
    const kept = [0, 0, fround(fround(1.3e-38) * 0.99), 0, Number.NaN, Number.POSITIVE_INFINITY];
    t.deepEqual([...(averaged as Float32Array)].slice(0, 6), kept);
    t.deepEqual([...(copied as Float32Array)].slice(0, 8), values.map(fround), "copies are exact");
  }
});

test("map: thousands of functions in one chain", async (t) => {
  const plan = new TestPlan();
  const x = plan.view([6], "f32", (at) => at - 2);
  const y = plan.view([6], "f32", () => 0);
  let chain: Expr = arg(0);
  for (let i = 0; i < 2000; i++) chain = call(fn("sin"), call(fn("exp"), chain));
  const step = { kind: "map", label: "m", shape: [6], inputs: [x], exprs: [chain], outputs: [y] };
  await compare(t, plan, [step as never], { relative: 1e-5 }, "2000 times sin(exp(x))");
});
