import type { DType } from "@metrigrad/tensor";
import test from "tape";
import { Random } from "../support/random.ts";
import { compare, randomLayout, TestPlan } from "../support/steps.ts";

test("argReduce: the first extreme, NaN first of all", async (t) => {
  const random = new Random(23);
  for (let turn = 0; turn < 40; turn++) {
    const kept = Array.from({ length: random.integer(0, 2) }, () => random.integer(0, 7));
    const shape = [...kept, random.integer(1, 23)];
    const dtype = random.pick<DType>(["f32", "f32", "i32", "u32", "u8", "f16", "f16"]);
    const plan = new TestPlan();
    const value = () => {
      const isFloat = dtype === "f32" || dtype === "f16";
      if (isFloat && random.chance(0.05)) return Number.NaN;
      const whole = random.integer(isFloat || dtype === "i32" ? -5 : 0, 5);
      return dtype === "f32" && random.chance(0.3) ? whole * (1 + 2 ** -52) : whole;
    };
    const input = plan.view(shape, dtype, value, randomLayout(random, shape, false));
    const output = plan.view(kept, "i32", () => -1, randomLayout(random, kept, true));
    const op = random.pick(["max", "min"] as const);
    const step = { kind: "argReduce", label: "a", op, input, output } as const;
    await compare(t, plan, [step], {}, `${op} of ${dtype}[${shape}]`);
  }
});
