import { parseExpr, type Step } from "@metrigrad/tensor";
import test from "tape";
import { onDevice, replaced } from "../support/devices.ts";
import { TestPlan } from "../support/plans.ts";

/** A recurrence of so many turns: h ← tanh(W·h + x[turn]), and y[turn] ← the sum of two entries of h and a counter. */
function recurrence(plan: TestPlan, turns: number): Step[] {
  const [w, h, next] = [plan.view([4, 4]), plan.view([4, 1]), plan.view([4, 1])];
  const x = { ...plan.view([turns, 4, 1]), shape: [4, 1], strides: [1, 1], advance: [4] };
  const y = { ...plan.view([turns]), shape: [], strides: [], advance: [1] };
  const at = (row: number) => ({ ...h, shape: [], strides: [], offset: h.offset + row });
  const counter = { ...plan.view([1], "f32", () => 0), shape: [], strides: [] };
  const map = (
    shape: readonly number[],
    text: string,
    inputs: Step["when"][],
    output: typeof h,
  ): Step => {
    const exprs = [parseExpr(text)];
    return { kind: "map", label: "", shape, inputs: inputs as [], exprs, outputs: [output] };
  };
  return [
    {
      ...{ kind: "loop", label: "", turns },
      body: [
        { kind: "matmul", label: "", a: w, b: h, outputs: [next] },
        map([4, 1], "(a, x) => tanh(a + x)", [next, x], h),
        map([], "(c) => c + 1", [counter], counter as typeof h),
        map([], "(p, q, c) => p + q + c", [at(0), at(3), counter], y as typeof h),
      ],
    },
  ];
}

test("loops: 1000 turns compile no more than 3 turns do, and are right", async (t) => {
  await onDevice(t, async ({ backend, shared }) => {
    const counts = { createShaderModule: 0, createComputePipelineAsync: 0, createBindGroup: 0 };
    const names = Object.keys(counts) as (keyof typeof counts)[];
    const restores = names.map((name) =>
      replaced(shared, name, (plain) => (...args) => {
        counts[name]++;
        return plain(...args);
      }),
    );
    const short = new TestPlan();
    t.ok((await short.difference(backend, recurrence(short, 3))) < 1e-6);
    const few = { ...counts };
    t.ok(
      few.createShaderModule > 0 && few.createShaderModule <= 8,
      `${few.createShaderModule} texts`,
    );
    const long = new TestPlan();
    const error = await long.difference(backend, recurrence(long, 1000));
    t.ok(error < 1e-4, `${error}`);
    t.equal(counts.createShaderModule, few.createShaderModule, "no text for the other turns");
    t.equal(counts.createComputePipelineAsync, few.createComputePipelineAsync);
    t.equal(counts.createBindGroup, 2 * few.createBindGroup, "as many bindings as for 3 turns");
    for (const restore of restores) restore();
  });
});

test("loops: thousands of dispatches are submitted a part at a time", async (t) => {
  await onDevice(t, async ({ backend, shared }) => {
    let submits = 0;
    const restore = replaced(shared.queue, "submit", (plain) => (...args) => {
      submits++;
      return plain(...args);
    });
    const plan = new TestPlan();
    const steps = recurrence(plan, 1500);
    let own = 0;
    const results = await plan.run(backend, steps, false, async (program) => {
      const before = submits;
      await program.run([]);
      own = submits - before;
    });
    t.equal(own, Math.ceil((plan.dispatches ?? 0) / 2000), `${plan.dispatches} dispatches`);
    t.ok(own > 1, `${own} parts`);
    const timed = await plan.run(backend, [...steps, ...steps], false, async (program) => {
      const before = submits;
      await (program.profile?.([]) ?? program.run([]));
      t.ok(submits - before >= 4, `${submits - before} parts`);
    });
    const twice = await plan.run(backend, [...steps, ...steps]);
    t.deepEqual(timed, twice, "measured or not");
    t.notDeepEqual(timed, results, "two loops go on further");
    restore();
  });
});

test("loops: each turn of a step may have a condition of its own", async (t) => {
  await onDevice(t, async ({ backend }) => {
    for (const [offset, advance] of [
      [2, 1],
      [8, -1],
      [5, 0],
    ] as const) {
      const plan = new TestPlan();
      const total = plan.view([5]);
      const flags = plan.view([7], "bool", (at) => Number(at % 3 === 0));
      const step: Step = {
        ...{ kind: "map", label: "", shape: [5], inputs: [total], outputs: [total] },
        ...{ exprs: [parseExpr("(x) => 2 * x + 1")] },
        when: { ...flags, shape: [], strides: [], offset, advance: [advance] },
      };
      const loop: Step = { kind: "loop", label: "", turns: 7, body: [step] };
      t.equal(await plan.difference(backend, [loop]), 0, `from ${offset} by ${advance}`);
    }
  });
});
