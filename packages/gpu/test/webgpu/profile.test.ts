import { arg, type Executable, type Plan, parseExpr, type Step, tensor } from "@metrigrad/tensor";
import test from "tape";
import { secondsOfSteps, stagesOf } from "../../src/webgpu/record.ts";
import { secondsOf, Timer } from "../../src/webgpu/timer.ts";
import { onWebGpu } from "../support/adapter.ts";
import { onDevice } from "../support/devices.ts";
import { TestPlan } from "../support/plans.ts";

/** Steps of several kinds, with a loop, and with one that has nothing to do. */
function mixed(plan: TestPlan): Step[] {
  const [a, b, c, total] = [
    plan.view([90, 200]),
    plan.view([200, 70]),
    plan.view([90, 70]),
    plan.view([70]),
  ];
  const none = plan.view([0]);
  const exprs = [parseExpr("(x) => tanh(x) * 0.9")];
  const map: Step = { kind: "map", label: "", shape: [90, 70], inputs: [c], exprs, outputs: [c] };
  const what = { inputs: [c], exprs: [arg(0)], ops: ["sum" as const], outputs: [total] };
  return [
    { kind: "matmul", label: "", a, b, outputs: [c] },
    { kind: "copy", label: "", input: none, output: none },
    { kind: "loop", label: "", turns: 5, body: [map, map] },
    { kind: "reduce", label: "", shape: [90, 70], axes: [0], ...what },
  ];
}

for (const limits of [{}, { buffers: 2 }]) {
  test(`profile: times of steps are positive and within the run, limits ${JSON.stringify(limits)}`, async (t) => {
    await onWebGpu(
      t,
      async (backend) => {
        const plan = new TestPlan();
        const steps = mixed(plan);
        const expected = await plan.run(backend, steps);
        const seen: (readonly number[])[] = [];
        const results = await plan.run(backend, steps, false, async (program: Executable) => {
          if (program.profile === undefined) {
            t.match(backend.describe(), /no timestamps/, "absent only without timestamps");
            await program.run([]);
            return;
          }
          const begun = performance.now();
          const times = await program.profile([]);
          const wall = (performance.now() - begun) / 1000;
          seen.push(times);
          t.equal(times.length, steps.length);
          t.equal(times[1], 0, "a step without elements takes no time");
          for (const at of [0, 2, 3])
            t.ok((times[at] as number) > 0, `${steps[at]?.kind}: ${times[at]} s`);
          const sum = times.reduce((total, time) => total + time, 0);
          t.ok(sum <= wall, `${sum} s of ${wall} s`);
        });
        t.deepEqual(results, expected, "a measured run computes what others do");
      },
      limits,
    );
  });
}

test("profile: more steps than a set of queries has room for", async (t) => {
  await onWebGpu(t, async (backend) => {
    const plan = new TestPlan();
    const x = plan.view([8], "f32", () => 0);
    const exprs = [parseExpr("(x) => x + 1")];
    const step: Step = { kind: "map", label: "", shape: [8], inputs: [x], exprs, outputs: [x] };
    const steps = new Array<Step>(2100).fill(step);
    const [values] = await plan.run(backend, steps, false, async (program) => {
      const times = (await program.profile?.([])) ?? steps.map(() => 1);
      t.equal(times.length, 2100);
      t.ok(
        times.slice(2048).some((time) => time > 0),
        "those of the second set too",
      );
      t.ok(times.every((time) => time >= 0 && time < 10));
    });
    t.equal(values?.[2], 2100, "each step ran once");
  });
});

test("profile: it is absent without timestamps", async (t) => {
  await onWebGpu(
    t,
    async (backend) => {
      const plan = new TestPlan();
      await plan.run(backend, mixed(plan), false, async (program) => {
        t.equal(program.profile, undefined);
        t.match(backend.describe(), /no timestamps/);
        await program.run([]);
      });
    },
    { timestamps: false },
  );
});

test("profile: a run that is measured makes earlier outputs stale, and refuses what others refuse", async (t) => {
  await onDevice(t, async ({ backend }) => {
    const store = await backend.store([]);
    const view = (buffer: number) => ({ buffer, shape: [2], strides: [1], offset: 0 });
    const plan: Plan = {
      float: "f32",
      buffers: [
        { dtype: "f32", size: 2, place: { kind: "feed", name: "x" }, label: "" },
        { dtype: "f32", size: 2, place: { kind: "output" }, label: "" },
      ],
      steps: [{ kind: "copy", label: "", input: view(0), output: view(1) }],
      feeds: [{ buffer: 0, shape: [2], dtype: "f32", name: "x" }],
      outputs: [view(1)],
      arenaBytes: 0,
    };
    const program = await store.prepare(plan);
    if (program.profile === undefined) return;
    const [output] = await program.run([tensor([1, 2])]);
    await program.profile([tensor([3, 4])]);
    const stale = await output?.read().catch((error: Error) => error.message);
    t.match(String(stale), /handle.read: an output must be read before .*, got 1 later run/);
    const message = await program.profile([]).catch((error: Error) => error.message);
    t.match(String(message), /program\.profile: feed x must have 2 elements, got none/);
    await program.close();
    const closed = await program.profile([]).catch((error: Error) => error.message);
    t.match(String(closed), /program\.profile: the program must be open/);
  });
});

test("profile: stages are what serves the same steps, and passes end at copies", async (t) => {
  const copies = (count: number) => new Array(count).fill({ from: {}, to: {} });
  const one = (before = 0, after = 0) =>
    ({ before: copies(before), after: copies(after), parameters: [0] }) as never;
  const loop = (turns: number, ...body: never[]) => ({ turns, body }) as never;
  const stages = stagesOf({
    dispatches: [
      ...[one(), one(), one(1, 1), one()],
      loop(5, one(), one()),
      loop(5, one(1), one(0, 1)),
      loop(4, one(), one(0, 1), loop(3, one(1))),
      loop(2001, one(), one()),
    ],
    shares: [[0], [0], [1], [1], [2, 3], [4], [5], [6]].map(
      (steps) => new Map(steps.map((step) => [step, 1 / steps.length])),
    ),
  });
  t.deepEqual(
    stages.map(({ shares, passes }) => [[...shares.keys()], passes]),
    [
      [[0], 1],
      [[1], 2],
      [[2, 3], 1],
      [[4], 5],
      // The first turn begins one and three; the later turns go on in the last pass of the turn before.
      [[5], 1 + 3 + 3 * 3],
      // A pass ends where 2000 dispatches are submitted.
      [[6], 3],
    ],
  );
  t.deepEqual(secondsOfSteps(stages, [1, 2, 8, 3, 5, 6], 7), [1, 2, 4, 4, 3, 5, 6]);
});

test("profile: timestamps of nanoseconds become seconds, and never less than none", async (t) => {
  const stamps = BigUint64Array.from([5n, 1_000_000_005n, 7n, 7n, 9n, 2n]);
  t.deepEqual(secondsOf(stamps.buffer), [1, 0, 0]);
  t.equal(Timer.bytes(3), stamps.byteLength);
});
