import type { View } from "@metrigrad/tensor";
import test from "tape";
import { Random } from "../support/random.ts";
import { compare, TestPlan } from "../support/steps.ts";

/** A well-conditioned symmetric matrix per batch; only the lower triangle is meaningful. */
function positive(plan: TestPlan, random: Random, batch: number[], d: number): View {
  const view = plan.view([...batch, d, d], "f32", () => random.between(-0.3, 0.3));
  const data = plan.buffers[view.buffer]?.data as Float32Array;
  for (let at = 0; d > 0 && at + d * d <= data.length; at += d * d) {
    for (let i = 0; i < d; i++) data[at + i * (d + 1)] = random.between(1, 2) + 0.3 * d;
  }
  return view;
}

test("cholesky: sizes around the panels, batches, shifts", async (t) => {
  const random = new Random(33);
  for (const d of [0, 1, 2, 3, 5, 8, 31, 47, 48, 49, 97, 130]) {
    const batch = random.pick([[], [3], [2, 2]]);
    const plan = new TestPlan();
    const a = positive(plan, random, batch, d);
    const shift = random.pick([null, plan.view(batch, "f32", () => random.next())]);
    const order = random.pick([
      undefined,
      [...batch.map((_, i) => i), batch.length + 1, batch.length],
    ]);
    const output = plan.view([...batch, d, d], "f32", () => 1, order ? { order } : {});
    const used = plan.view(batch, "f32", () => 1);
    const step = { kind: "cholesky", label: "l", a, shift, output, used } as const;
    await compare(t, plan, [step], { absolute: 2e-5 }, `[${batch}] d ${d}`);
  }
});

test("cholesky: a matrix that is not positive definite gets a larger λ, or NaN", async (t) => {
  for (const diagonal of [
    [1, 0, 1, 1],
    [1, -1e-6, 1, 1],
    [1, -100, 1, 1],
    [0, 0, 0, 0],
    [1, Number.NaN, 1, 1],
    [1, Number.POSITIVE_INFINITY, 1, 1],
  ]) {
    const plan = new TestPlan();
    const a = plan.view([4, 4], "f32", (at) => (at % 5 === 0 ? (diagonal[at / 5] ?? 0) : 0));
    const output = plan.view([4, 4], "f32", () => 1);
    const used = plan.view([], "f32", () => 1);
    const step = { kind: "cholesky", label: "l", a, shift: null, output, used } as const;
    await compare(t, plan, [step], { relative: 1e-3, absolute: 1e-9 }, `${diagonal}`);
  }
});
