import test from "tape";
import { onWebGpu } from "../support/adapter.ts";
import { TestPlan } from "../support/plans.ts";
import { rowsStep } from "../support/rows.ts";

test("webgpu: rows of every length, several in a workgroup or one", async (t) => {
  await onWebGpu(t, async (backend) => {
    for (const [shape, rowAxes] of [
      [[5, 1], 1],
      [[7, 3], 1],
      [[50, 10], 1],
      [[3, 5, 2, 9], 2],
      [[9, 257], 1],
      [[2, 20_000], 1],
      [[6], 1],
    ] as const) {
      const plan = new TestPlan();
      const error = await plan.difference(backend, [rowsStep(plan, shape, rowAxes)]);
      t.ok(error < 1e-5, `${rowAxes} of [${shape}]: ${error}`);
    }
  });
});
