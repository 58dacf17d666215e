import test from "tape";
import { Random } from "../support/random.ts";
import { compare, TestPlan } from "../support/steps.ts";

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
