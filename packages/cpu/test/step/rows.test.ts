import type { DType } from "@metrigrad/tensor";
import test from "tape";
import { Random } from "../support/random.ts";
import { compare, randomLayout, TestPlan } from "../support/steps.ts";

test("gather: rows of any type by clamped index", async (t) => {
  const random = new Random(21);
  for (let turn = 0; turn < 40; turn++) {
    const rows = random.integer(1, 9);
    const rest = Array.from({ length: random.integer(0, 2) }, () => random.integer(1, 19));
    const at = Array.from({ length: random.integer(0, 2) }, () => random.integer(0, 6));
    const from = random.pick<DType>(["f32", "i32", "u32", "bool", "u8"]);
    const to = random.pick<DType>(["f32", "i32", "u32", "bool", "u8"]);
    const plan = new TestPlan();
    const values: Record<DType, () => number> = {
      f32: () => random.between(-300, 300),
      f64: () => 0,
      i32: () => random.integer(-300, 300),
      u32: () => random.integer(0, 300),
      bool: () => random.integer(0, 1),
      u8: () => random.integer(0, 255),
    };
    const shape = [rows, ...rest];
    const source = plan.view(shape, from, values[from], randomLayout(random, shape, false));
    const indices = plan.view(
      at,
      "i32",
      () => random.integer(-2, rows + 1),
      randomLayout(random, at, false),
    );
    const out = [...at, ...rest];
    const output = plan.view(out, to, () => 0, randomLayout(random, out, true));
    const step = { kind: "gather", label: "g", source, indices, output } as const;
    await compare(t, plan, [step], {}, `${from} → ${to}, [${at}] of [${shape}]`);
  }
});

test("scatterAdd: repeated and clamped indices", async (t) => {
  const random = new Random(22);
  for (let turn = 0; turn < 30; turn++) {
    const rows = random.integer(1, 9);
    const rest = Array.from({ length: random.integer(0, 2) }, () => random.integer(1, 19));
    const at = Array.from({ length: random.integer(0, 2) }, () => random.integer(0, 12));
    const dtype = random.pick<DType>(["f32", "i32"]);
    const plan = new TestPlan();
    const value = () => (dtype === "f32" ? random.between(-1, 1) : random.integer(-9, 9));
    const indices = plan.view(
      at,
      "i32",
      () => random.integer(-2, rows + 1),
      randomLayout(random, at, false),
    );
    const shape = [...at, ...rest];
    const updates = plan.view(shape, dtype, value, randomLayout(random, shape, false));
    const out = [rows, ...rest];
    const output = plan.view(out, dtype, value, randomLayout(random, out, true));
    const step = { kind: "scatterAdd", label: "s", indices, updates, output } as const;
    await compare(t, plan, [step], { absolute: 1e-5 }, `[${at}] to [${out}]`);
  }
});

test("argReduce: the first extreme, NaN first of all", async (t) => {
  const random = new Random(23);
  for (let turn = 0; turn < 40; turn++) {
    const kept = Array.from({ length: random.integer(0, 2) }, () => random.integer(0, 7));
    const shape = [...kept, random.integer(1, 23)];
    const dtype = random.pick<DType>(["f32", "f32", "i32", "u32", "u8"]);
    const plan = new TestPlan();
    const value = () => {
      if (dtype === "f32" && random.chance(0.05)) return Number.NaN;
      return random.integer(dtype === "f32" || dtype === "i32" ? -5 : 0, 5);
    };
    const input = plan.view(shape, dtype, value, randomLayout(random, shape, false));
    const output = plan.view(kept, "i32", () => -1, randomLayout(random, kept, true));
    const op = random.pick(["max", "min"] as const);
    const step = { kind: "argReduce", label: "a", op, input, output } as const;
    await compare(t, plan, [step], {}, `${op} of ${dtype}[${shape}]`);
  }
});

test("copy: any layout to any layout", async (t) => {
  const random = new Random(24);
  for (let turn = 0; turn < 40; turn++) {
    const shape = Array.from({ length: random.integer(0, 3) }, () => random.integer(0, 18));
    const dtype = random.pick<DType>(["f32", "i32", "u32", "bool", "u8"]);
    const plan = new TestPlan();
    const value = () => random.integer(0, dtype === "bool" ? 1 : 200);
    const input = plan.view(shape, dtype, value, randomLayout(random, shape, false));
    const output = plan.view(shape, dtype, value, randomLayout(random, shape, true));
    const step = { kind: "copy", label: "c", input, output } as const;
    await compare(t, plan, [step], {}, `${dtype}[${shape}]`);
  }
});

test("random: the words of Threefry", async (t) => {
  const random = new Random(25);
  for (const shape of [[], [1], [7], [8], [9], [3, 5], [16], [61]]) {
    for (const scattered of [false, true]) {
      const plan = new TestPlan();
      const state = plan.view([2], "u32", () => random.integer(0, 2 ** 32 - 1), {
        reversed: scattered ? [0] : [],
      });
      const order = shape.map((_, axis) => axis).reverse();
      const output = plan.view(shape, "u32", () => 5, scattered ? { order, gap: 2 } : {});
      const key = random.integer(0, 2 ** 32 - 1);
      const step = { kind: "random", label: "u", key, state, output } as const;
      await compare(t, plan, [step], {}, `[${shape}]`);
    }
  }
});
