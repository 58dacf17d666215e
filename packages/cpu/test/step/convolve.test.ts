import type { ConvolveStep, View } from "@metrigrad/tensor";
import test from "tape";
import { Random } from "../support/random.ts";
import { compare, randomLayout, TestPlan } from "../support/steps.ts";

test("convolve: all sizes, shifts, dilations, layouts and batches on one to three axes", async (t) => {
  const random = new Random(71);
  for (let turn = 0; turn < 120; turn++) {
    const axes = random.integer(1, 3);
    const each = <T>(make: () => T) => Array.from({ length: axes }, make);
    const small = axes === 3 ? [1, 2, 4] : [1, 2, 3, 5, 7, 8, 9, 12, 13, 17];
    const [rows, inner] = [random.pick([0, 1, 2, 3, 5, 6, 7, 13]), random.pick([0, 1, 2, 6, 9])];
    const batch = Array.from({ length: random.integer(0, 2) }, () => random.integer(1, 3));
    const [lengths, places] = [each(() => random.pick(small)), each(() => random.pick(small))];
    const taps = each(() => random.integer(1, 4));
    const dilation = each(() => random.integer(1, 3));
    const shift = each(() => random.integer(-3, 6));
    const plan = new TestPlan();
    const value = () => random.between(-1, 1);
    const view = (shape: readonly number[], written: boolean): View =>
      plan.view(shape, "f32", value, randomLayout(random, shape, written));
    const step: ConvolveStep = {
      kind: "convolve",
      label: "c",
      a: view([...batch, rows, inner, ...taps], false),
      b: view([...batch, inner, ...lengths], false),
      shift,
      dilation,
      output: view([...batch, rows, ...places], true),
    };
    const text = `[${batch}] ${rows} of ${inner}, ${lengths} by ${taps}/${dilation}+${shift}`;
    await compare(t, plan, [step], { absolute: 1e-5 }, text);
  }
});
