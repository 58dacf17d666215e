import type { DType } from "@metrigrad/tensor";
import test from "tape";
import { Random } from "../support/random.ts";
import { compare, randomLayout, TestPlan } from "../support/steps.ts";

test("copy: any layout to any layout", async (t) => {
  const random = new Random(24);
  for (let turn = 0; turn < 40; turn++) {
    const shape = Array.from({ length: random.integer(0, 3) }, () => random.integer(0, 18));
    const dtype = random.pick<DType>(["f32", "i32", "u32", "bool", "u8", "f16"]);
    const plan = new TestPlan();
    const value = () =>
      dtype === "f32" ? random.between(-1, 1) : random.integer(0, dtype === "bool" ? 1 : 200);
    const input = plan.view(shape, dtype, value, randomLayout(random, shape, false));
    const output = plan.view(shape, dtype, value, randomLayout(random, shape, true));
    const step = { kind: "copy", label: "c", input, output } as const;
    await compare(t, plan, [step], {}, `${dtype}[${shape}]`);
  }
});
