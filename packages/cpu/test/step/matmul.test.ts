import { arg, call, literal, type ScalarFn, scalarFns } from "@metrigrad/tensor";
import test from "tape";
import { Random } from "../support/random.ts";
import { compare, type Layout, randomLayout, TestPlan } from "../support/steps.ts";

const fn = (name: string) => scalarFns[name] as ScalarFn;
const sizes = [0, 1, 2, 3, 5, 6, 7, 8, 9, 12, 13, 30, 41];

test("matmul: all sizes, transposes, batches and broadcast batches", async (t) => {
  const random = new Random(11);
  for (let turn = 0; turn < 80; turn++) {
    const [m, k, n] = [random.pick(sizes), random.pick(sizes), random.pick(sizes)];
    const batch = Array.from({ length: random.integer(0, 2) }, () => random.integer(1, 3));
    const plan = new TestPlan();
    const value = () => random.between(-1, 1);
    const a = plan.view(
      [...batch, m, k],
      "f32",
      value,
      randomLayout(random, [...batch, m, k], false),
    );
    const b = plan.view(
      [...batch, k, n],
      "f32",
      value,
      randomLayout(random, [...batch, k, n], false),
    );
    const c = plan.view(
      [...batch, m, n],
      "f32",
      value,
      randomLayout(random, [...batch, m, n], true),
    );
    const step = { kind: "matmul", label: "p", a, b, outputs: [c] } as const;
    await compare(t, plan, [step], { absolute: 1e-5 }, `[${batch}] ${m}×${k}×${n}`);
  }
});

test("matmul: the shapes of a small network and blocks beyond the caches, every transpose", async (t) => {
  const random = new Random(12);
  const transposed: Layout = { order: [1, 0], offset: 1 };
  for (const [m, k, n] of [
    [50, 784, 80],
    [50, 80, 10],
    [784, 50, 80],
    [130, 1030, 11],
    [9, 33, 530],
  ] as const) {
    for (const [left, right] of [
      [{}, {}],
      [transposed, {}],
      [{}, transposed],
      [transposed, transposed],
    ] as const) {
      const plan = new TestPlan();
      const value = () => random.between(-1, 1);
      const a = plan.view([m, k], "f32", value, left);
      const b = plan.view([k, n], "f32", value, right);
      const c = plan.view([m, n], "f32", value);
      const step = { kind: "matmul", label: "p", a, b, outputs: [c] } as const;
      await compare(t, plan, [step], { absolute: 1e-4 }, `${m}×${k}×${n}`);
    }
  }
});

test("matmul: an epilogue with bias, in place and with several outputs", async (t) => {
  const random = new Random(13);
  for (const [m, k, n] of [
    [7, 5, 9],
    [50, 80, 10],
  ] as const) {
    for (const inPlace of [true, false]) {
      const plan = new TestPlan();
      const value = () => random.between(-1, 1);
      const a = plan.view([m, k], "f32", value);
      const b = plan.view([k, n], "f32", value);
      const bias = plan.view([m, n], "f32", value, { broadcast: [0] });
      const old = plan.view([m, n], "f32", value);
      const mask = plan.view([m, n], "bool", () => 0);
      const sum = call(fn("add"), arg(0), arg(1));
      const exprs = [call(fn("sub"), arg(2), sum), call(fn("gt"), sum, arg(2))];
      const outputs = [inPlace ? old : plan.view([m, n], "f32", value), mask];
      const epilogue = { inputs: [bias, old], exprs };
      const step = { kind: "matmul", label: "p", a, b, epilogue, outputs } as const;
      await compare(t, plan, [step], { absolute: 1e-4 }, `${m}×${k}×${n}, in place ${inPlace}`);
    }
  }
});

/** An activation, its derivative's mask and the product itself, of a product, a bias and further values. */
function finished(
  plan: TestPlan,
  random: Random,
  shape: readonly number[],
  kind: "dense" | "mask" | "update" | "kept",
  layout: Layout,
) {
  const value = () => random.between(-1, 1);
  const same = () => plan.view(shape, "f32", value, layout);
  const lead = shape.slice(0, -1).map((_, axis) => axis);
  const bias = plan.view(shape, "f32", value, { broadcast: lead });
  const sum = call(fn("add"), arg(0), arg(1));
  const positive = call(fn("gt"), sum, literal(0));
  const relu = call(fn("select"), positive, sum, literal(0));
  const bool = () => plan.view(shape, "bool", (at) => at % 2, layout);
  if (kind === "mask") {
    const mask = call(fn("select"), arg(1, "bool"), arg(0), literal(0));
    return { epilogue: { inputs: [bool()], exprs: [mask] }, outputs: [same()] };
  }
  if (kind === "update") {
    const old = same();
    const next = call(fn("sub"), arg(1), call(fn("mul"), arg(0), literal(0.1)));
    return { epilogue: { inputs: [old], exprs: [next] }, outputs: [old] };
  }
  if (kind === "kept") {
    const exprs = [relu, arg(0)];
    return { epilogue: { inputs: [bias], exprs }, outputs: [same(), same()] };
  }
  const exprs = [positive, relu, call(fn("exp"), sum)];
  return { epilogue: { inputs: [bias], exprs }, outputs: [bool(), same(), same()] };
}

test("matmul: epilogues over several blocks, panels of terms, rows that have gaps, and columns", async (t) => {
  const random = new Random(14);
  const layouts: readonly (readonly [string, Layout])[] = [
    ["rows", {}],
    ["gaps", { gap: 3, offset: 1 }],
    ["columns", { order: [1, 0] }],
  ];
  for (const [m, k, n] of [
    [50, 31, 80],
    [7, 800, 21],
    [500, 5, 270],
    [3, 9, 530],
  ] as const) {
    for (const [name, layout] of layouts) {
      for (const kind of ["dense", "mask", "update", "kept"] as const) {
        const plan = new TestPlan();
        const a = plan.view([m, k], "f32", () => random.between(-1, 1));
        const b = plan.view([k, n], "f32", () => random.between(-1, 1));
        const last = finished(plan, random, [m, n], kind, layout);
        const step = { kind: "matmul", label: "p", a, b, ...last } as const;
        const exact = { absolute: 1e-4, relative: 1e-4 };
        await compare(t, plan, [step], exact, `${m}×${k}×${n}, ${kind}, ${name}`);
      }
    }
  }
});

test("matmul: epilogues of batches, and of groups of axes that are or are not one", async (t) => {
  const random = new Random(15);
  const value = () => random.between(-1, 1);
  for (const kind of ["dense", "mask", "update", "kept"] as const) {
    for (const broadcast of [[], [0]]) {
      const plan = new TestPlan();
      const a = plan.view([3, 2, 9, 11], "f32", value, { broadcast });
      const b = plan.view([3, 2, 11, 6], "f32", value);
      const last = finished(plan, random, [3, 2, 9, 6], kind, {});
      const step = { kind: "matmul", label: "p", a, b, ...last } as const;
      await compare(t, plan, [step], { absolute: 1e-4 }, `batch, ${kind}, broadcast ${broadcast}`);
    }
    for (const order of [
      [0, 1, 2],
      [1, 2, 0],
      [1, 0, 2],
    ]) {
      const plan = new TestPlan();
      const a = plan.view([4, 5, 7], "f32", value, { order });
      const b = plan.view([7, 6], "f32", value);
      const groups = { rows: 2, inner: 1, columns: 1 };
      const last = finished(plan, random, [4, 5, 6], kind, {});
      const step = { kind: "matmul", label: "p", a, b, groups, ...last } as const;
      await compare(t, plan, [step], { absolute: 1e-4 }, `groups, ${kind}, order ${order}`);
    }
  }
});
