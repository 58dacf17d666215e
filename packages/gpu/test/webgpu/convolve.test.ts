import type { Step } from "@metrigrad/tensor";
import test from "tape";
import { onWebGpu } from "../support/adapter.ts";
import { TestPlan, wave } from "../support/plans.ts";

test("webgpu: windows that reach beyond the ends of a value meet zeros", async (t) => {
  await onWebGpu(t, async (backend) => {
    for (const [batch, rows, inner, lengths, taps, shift, dilation, places] of [
      [[3], 2, 3, [5], [3], [1], [1], [7]],
      [[], 4, 6, [8, 8], [5, 5], [0, 0], [1, 1], [12, 12]],
      [[2, 2], 1, 2, [3, 4], [2, 3], [-2, 4], [2, 1], [6, 3]],
      [[2], 3, 2, [2, 3, 2], [1, 2, 2], [0, 1, 0], [1, 1, 2], [2, 3, 4]],
      [[2], 3, 0, [4], [2], [0], [1], [5]],
    ] as const) {
      const plan = new TestPlan();
      const a = plan.view([...batch, rows, inner, ...taps], "f32", wave);
      const b = plan.view([...batch, inner, ...lengths], "f32", (at) => wave(at + 3));
      const output = plan.view([...batch, rows, ...places], "f32", () => 7);
      const step: Step = { kind: "convolve", label: "", a, b, shift, dilation, output };
      const error = await plan.difference(backend, [step]);
      t.ok(error < 1e-5, `[${lengths}] by [${taps}]: ${error}`);
    }
  });
});
