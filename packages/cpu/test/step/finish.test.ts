import { atOnce, type Backend, type Plan, type Step, type View } from "@metrigrad/tensor";
import test from "tape";
import { Device } from "../../src/backend/device.ts";
import { buildPlan } from "../../src/plan/module.ts";
import { finished, finishKinds } from "../support/finished.ts";
import { Random } from "../support/random.ts";
import { backends, compare, type Layout, TestPlan } from "../support/steps.ts";

test("finish: epilogues over several blocks, panels of terms, rows that have gaps, and columns", async (t) => {
  const random = new Random(14);
  const layouts: readonly (readonly [string, Layout])[] = [
    ["rows", {}],
    ["gaps", { gap: 3, offset: 1 }],
    ["columns", { order: [1, 0] }],
  ];
  for (const [m, k, n] of [
    [50, 31, 80],
    [7, 800, 21],
    [500, 5, 270],
    [3, 9, 530],
  ] as const) {
    for (const [name, layout] of layouts) {
      for (const kind of finishKinds) {
        const plan = new TestPlan();
        const a = plan.view([m, k], "f32", () => random.between(-1, 1));
        const b = plan.view([k, n], "f32", () => random.between(-1, 1));
        const last = finished(plan, random, [m, n], kind, layout);
        const step = { kind: "matmul", label: "p", a, b, ...last } as const;
        const exact = { absolute: 1e-4, relative: 1e-4 };
        await compare(t, plan, [step], exact, `${m}×${k}×${n}, ${kind}, ${name}`);
      }
    }
  }
});

test("finish: epilogues of batches, and of groups of axes that are or are not one", async (t) => {
  const random = new Random(15);
  const value = () => random.between(-1, 1);
  for (const kind of finishKinds) {
    for (const broadcast of [[], [0]]) {
      const plan = new TestPlan();
      const a = plan.view([3, 2, 9, 11], "f32", value, { broadcast });
      const b = plan.view([3, 2, 11, 6], "f32", value);
      const last = finished(plan, random, [3, 2, 9, 6], kind, {});
      const step = { kind: "matmul", label: "p", a, b, ...last } as const;
      await compare(t, plan, [step], { absolute: 1e-4 }, `batch, ${kind}, broadcast ${broadcast}`);
    }
    for (const order of [
      [0, 1, 2],
      [1, 2, 0],
      [1, 0, 2],
    ]) {
      const plan = new TestPlan();
      const a = plan.view([4, 5, 7], "f32", value, { order });
      const b = plan.view([7, 6], "f32", value);
      const groups = { rows: 2, inner: 1, columns: 1 };
      const last = finished(plan, random, [4, 5, 6], kind, {});
      const step = { kind: "matmul", label: "p", a, b, groups, ...last } as const;
      await compare(t, plan, [step], { absolute: 1e-4 }, `groups, ${kind}, order ${order}`);
    }
  }
});

test("finish: a layer is one phase, and its product has the bits that it has alone", async (t) => {
  const random = new Random(16);
  const device = await Device.create({ relaxed: false, threads: 1, grain: 0 });
  const { options, scratch } = device;
  const libraries = await device.libraries(["f32"]);
  const [backend] = (await backends()).all as [Backend];
  for (const [m, k, n] of [
    [50, 31, 80],
    [500, 400, 270],
  ] as const) {
    const plan = new TestPlan();
    const a = plan.view([m, k], "f32", () => random.between(-1, 1));
    const b = plan.view([k, n], "f32", () => random.between(-1, 1));
    const alone = plan.view([m, n], "f32", () => 0);
    const last = finished(plan, random, [m, n], "kept");
    const steps: Step[] = [
      { kind: "matmul", label: "alone", a, b, outputs: [alone] },
      { kind: "matmul", label: "finished", a, b, ...last },
    ];
    const results = await plan.run(backend, steps);
    const kept = last.outputs[1] as View;
    const bits = ({ buffer }: View) => results[buffer]?.slice(0, m * n);
    t.deepEqual(bits(kept), bits(alone), `${m}×${k}×${n}`);
    const full: Plan = {
      ...{ float: "f32", steps, feeds: [], outputs: [], arenaBytes: 0 },
      buffers: plan.buffers.map(({ dtype, data }) => {
        return { dtype, size: data.length, place: { kind: "output" }, label: "" };
      }),
    };
    const addresses = plan.buffers.map((_, at) => 2 ** 22 * (at + 1));
    for (const parts of [1, 3]) {
      const target = { options, scratch, libraries, parts, addresses, grain: 0, fork: null };
      const { phases } = atOnce(buildPlan(full, target));
      t.deepEqual(
        phases.map(({ length }) => length),
        [1, 1],
      );
    }
  }
});
