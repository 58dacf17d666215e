import test from "tape";
import { Random } from "../support/random.ts";
import { compare, randomLayout, TestPlan } from "../support/steps.ts";

test("triangularSolve: sizes, right-hand sides, transposes, layouts", async (t) => {
  const random = new Random(34);
  for (let turn = 0; turn < 60; turn++) {
    const batch = random.pick([[], [2], [2, 3]]);
    const d = random.pick([0, 1, 2, 3, 7, 20, 48, 49, 100]);
    const k = random.pick([0, 1, 1, 1, 2, 5, 8, 13]);
    const plan = new TestPlan();
    const square = [...batch, d, d];
    const order = random.pick([
      undefined,
      [...batch.map((_, i) => i), batch.length + 1, batch.length],
    ]);
    const l = plan.view(square, "f32", () => random.between(-0.3, 0.3), order ? { order } : {});
    const data = plan.buffers[l.buffer]?.data as Float32Array;
    for (let at = 0; d > 0 && at + d * d <= data.length; at += d * d) {
      for (let i = 0; i < d; i++) data[at + i * (d + 1)] = random.between(2, 3) + 0.1 * d;
    }
    const shape = [...batch, d, k];
    const rhs = plan.view(
      shape,
      "f32",
      () => random.between(-1, 1),
      randomLayout(random, shape, true),
    );
    const output = random.chance(0.5)
      ? rhs
      : plan.view(shape, "f32", () => 1, randomLayout(random, shape, true));
    const transpose = random.chance(0.5);
    const step = { kind: "triangularSolve", label: "s", l, rhs, transpose, output } as const;
    const name = `[${batch}] d ${d}, k ${k}, transpose ${transpose}`;
    await compare(t, plan, [step], { absolute: 1e-5 }, name);
  }
});

test("triangularSolve: threads keep apart where products take many terms", async (t) => {
  const [d, k] = [500, 400];
  const random = new Random(35);
  const plan = new TestPlan();
  const l = plan.view([d, d], "f32", () => random.between(-0.1, 0.1));
  const data = plan.buffers[l.buffer]?.data as Float32Array;
  for (let i = 0; i < d; i++) data[i * (d + 1)] = random.between(4, 5);
  const rhs = plan.view([d, k], "f32", () => random.between(-1, 1));
  const output = plan.view([d, k], "f32", () => 1);
  const step = { kind: "triangularSolve", label: "s", l, rhs, transpose: false, output } as const;
  await compare(t, plan, [step], { absolute: 1e-5 }, `d ${d}, k ${k}`);
});

test("triangularSolve: one column of every small size, by rows and by columns", async (t) => {
  const random = new Random(36);
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const plan = new TestPlan();
    const steps = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 14, 17, 29, 32].flatMap((d) => {
      const l = plan.view([d, d], "f32", () => random.between(-0.5, 0.5), { order });
      const data = plan.buffers[l.buffer]?.data as Float32Array;
      for (let i = 0; i < d; i++) data[i * (d + 1)] = random.between(2, 3);
      // Above the diagonal nothing is read.
      for (let i = 0; i < d; i++) {
        for (let j = i + 1; j < d; j++) data[order[0] === 0 ? i * d + j : j * d + i] = Number.NaN;
      }
      return [false, true].map((transpose) => {
        const rhs = plan.view([d, 1], "f32", () => random.between(-1, 1));
        const output = plan.view([d, 1], "f32", () => 1, { offset: 1 });
        return { kind: "triangularSolve", label: "s", l, rhs, transpose, output } as const;
      });
    });
    await compare(t, plan, steps, { absolute: 1e-5 }, `lines by axis ${order[0]}`);
  }
});

test("triangularSolve: panels that are solved by halves", async (t) => {
  const random = new Random(37);
  // One panel more or less than 2, 4 and 8, whole and not.
  for (const d of [95, 96, 145, 192, 193, 240, 391]) {
    const plan = new TestPlan();
    const l = plan.view([d, d], "f32", () => random.between(-0.1, 0.1));
    const data = plan.buffers[l.buffer]?.data as Float32Array;
    for (let i = 0; i < d; i++) data[i * (d + 1)] = random.between(4, 5);
    const steps = [false, true].map((transpose) => {
      const rhs = plan.view([d, 11], "f32", () => random.between(-1, 1));
      const output = plan.view([d, 11], "f32", () => 1);
      return { kind: "triangularSolve", label: "s", l, rhs, transpose, output } as const;
    });
    await compare(t, plan, steps, { absolute: 1e-5 }, `d ${d}`);
  }
});
