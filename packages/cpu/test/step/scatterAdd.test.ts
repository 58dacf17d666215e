import type { DType } from "@metrigrad/tensor";
import test from "tape";
import { Random } from "../support/random.ts";
import { compare, randomLayout, TestPlan } from "../support/steps.ts";

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
