import { arg, call, type ScalarFn, scalarFns } from "@metrigrad/tensor";
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
