import test from "tape";
import { rows } from "../../src/step/rows.ts";
import { Page } from "../../src/webgpu/page.ts";
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

test("webgpu: rows whose elements a binding does not hold, many and a single one", async (t) => {
  const limits = { bindingBytes: 2 ** 18 };
  await onWebGpu(
    t,
    async (backend) => {
      for (const [shape, rowAxes] of [
        [[3, 20_000], 1],
        [[1, 65_000], 1],
        [[3, 120, 141], 2],
      ] as const) {
        const plan = new TestPlan();
        const error = await plan.difference(backend, [rowsStep(plan, shape, rowAxes)]);
        t.ok(error < 1e-5, `${rowAxes} of [${shape}]: ${error}`);
      }
    },
    limits,
  );
});

test("webgpu: rows take no memory beside their inputs and outputs, and one dispatch", (t) => {
  for (const length of [1, 300, 16_384, 16_385, 1_000_000]) {
    const plan = new TestPlan();
    const step = rowsStep(plan, [2, length], 1);
    const scratch = new Page("scratch");
    const page = new Page("all", 64);
    const dispatches = rows(step, {
      ...{ scratch, scratchBytes: 2 ** 27, mostTerms: 2 ** 37 },
      shapeOf: () => {
        throw new Error("no product");
      },
      spot: () => ({ page, offset: 0 }),
      dtype: () => "f32",
      bytes: () => 64,
    });
    t.equal(dispatches.length, 1);
    t.equal(scratch.bytes, 0, `${length} elements`);
  }
  t.end();
});
