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
    const from = random.pick<DType>(["f32", "i32", "u32", "bool", "u8", "f16", "f16"]);
    const half = from === "f16" ? (["f16", "f16"] as const) : [];
    const to = random.pick<DType>(["f32", "i32", "u32", "bool", "u8", ...half]);
    const plan = new TestPlan();
    const values: Record<DType, () => number> = {
      f32: () => random.between(-300, 300),
      f64: () => 0,
      i32: () => random.integer(-300, 300),
      u32: () => random.integer(0, 300),
      bool: () => random.integer(0, 1),
      u8: () => random.integer(0, 255),
      f16: () => random.integer(-2000, 2000) / 8,
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
