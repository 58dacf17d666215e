/** More updates of one row than a thread adds in one dispatch. Apart from other tests of scatterAdd, since it takes long on the checker of kernels. */
import type { ScatterAddStep } from "@metrigrad/tensor";
import test from "tape";
import { onWebGpu } from "../support/adapter.ts";
import { TestPlan, wave } from "../support/plans.ts";

test("scatterAdd: a row of hundreds of thousands of updates is their sum, in order", async (t) => {
  await onWebGpu(t, async (backend) => {
    const [size, rows] = [300_000, 40];
    const plan = new TestPlan();
    // Three of four updates are of row 7.
    const rowOf = (at: number) => (at % 4 === 0 ? at % rows : 7);
    const indices = plan.view([size], "i32", rowOf);
    const [updates, output] = [plan.view([size], "f32", wave), plan.view([rows])];
    const step: ScatterAddStep = { kind: "scatterAdd", label: "", indices, updates, output };
    const all = await plan.run(backend, [step]);
    const [at, from, got] = [indices, updates, output].map(({ buffer, offset }) =>
      all[buffer]?.slice(offset),
    );
    const expected = new Float32Array(rows);
    for (let place = 0; place < size; place++) {
      const row = at?.[place] as number;
      // A Float32Array rounds each sum, as the device does.
      expected[row] = (expected[row] as number) + (from?.[place] as number);
    }
    t.deepEqual(got?.slice(0, rows), expected);
  });
});
