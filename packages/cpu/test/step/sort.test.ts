import type { DType } from "@metrigrad/tensor";
import test from "tape";
import { Random } from "../support/random.ts";
import { compare, randomLayout, TestPlan } from "../support/steps.ts";

/** Few different values, so that there are ties, and what is no usual number. */
function drawn(random: Random, dtype: DType): number {
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0];
  const isFloat = dtype === "f32" || dtype === "f16";
  if (isFloat && random.chance(0.2)) return random.pick(odd);
  if (dtype === "u32" && random.chance(0.2)) return 4e9;
  const whole = random.integer(isFloat || dtype === "i32" ? -9 : 0, 9);
  // Neighbours that differ in the lower word of 64 bits only.
  return dtype === "f32" && random.chance(0.3)
    ? whole * (1 + random.integer(0, 3) * 2 ** -52)
    : whole;
}

test("sort: as the reference, ties in their order and NaN above all", async (t) => {
  const random = new Random(29);
  for (let turn = 0; turn < 40; turn++) {
    const kept = Array.from({ length: random.integer(0, 2) }, () => random.integer(0, 7));
    const shape = [...kept, random.integer(0, random.chance(0.5) ? 600 : 23)];
    const dtype = random.pick<DType>(["f32", "f32", "i32", "u32", "u8", "bool", "f16", "f16"]);
    const plan = new TestPlan();
    const value = () => (dtype === "bool" ? random.integer(0, 1) : drawn(random, dtype));
    const input = plan.view(shape, dtype, value, randomLayout(random, shape, false));
    const output = plan.view(shape, "i32", () => -1, randomLayout(random, shape, true));
    const descending = random.chance(0.5);
    const step = { kind: "sort", label: "s", input, descending, output } as const;
    await compare(t, plan, [step], {}, `${descending} sort of ${dtype}[${shape}]`);
  }
});
