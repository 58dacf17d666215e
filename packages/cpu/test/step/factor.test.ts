import type { Step, View } from "@metrigrad/tensor";
import test from "tape";
import { Random } from "../support/random.ts";
import { compare, randomLayout, TestPlan } from "../support/steps.ts";

test("gram: weights, base, factors, layouts", async (t) => {
  const random = new Random(31);
  for (let turn = 0; turn < 40; turn++) {
    const batch = Array.from({ length: random.integer(0, 2) }, () => random.integer(1, 3));
    const n = random.pick([0, 1, 2, 7, 20, 33]);
    const d = random.pick([0, 1, 2, 5, 8, 13, 17, 34]);
    const plan = new TestPlan();
    const value = () => random.between(-1, 1);
    const square = [...batch, d, d];
    const x = plan.view(
      [...batch, n, d],
      "f32",
      value,
      randomLayout(random, [...batch, n, d], false),
    );
    const nu = random.chance(0.5)
      ? plan.view(
          [...batch, n],
          "f32",
          () => random.next(),
          randomLayout(random, [...batch, n], false),
        )
      : null;
    const output = plan.view(square, "f32", () => 1, { gap: random.integer(0, 2) });
    const constant = random.between(-1, 1);
    const base = random.pick([null, output, plan.view(square, "f32", () => constant)]);
    const [alpha, beta] = [random.pick([1, 0.25]), random.pick([1, 0.9])];
    const step = { kind: "gram", label: "k", x, nu, base, alpha, beta, output } as const;
    const name = `[${batch}] n ${n}, d ${d}, ν ${nu !== null}, base ${base !== null}`;
    await compare(t, plan, [step], { absolute: 1e-5 }, name);
  }
});

test("gram: blocks beyond the caches", async (t) => {
  const random = new Random(32);
  for (const [n, d] of [
    [700, 45],
    [9, 530],
  ] as const) {
    const plan = new TestPlan();
    const x = plan.view([n, d], "f32", () => random.between(-1, 1));
    const nu = plan.view([n], "f32", () => random.next());
    const output = plan.view([d, d], "f32", () => 1);
    const step: Step = {
      kind: "gram",
      label: "k",
      x,
      nu,
      base: output,
      alpha: 1 / n,
      beta: 0.5,
      output,
    };
    await compare(t, plan, [step], { absolute: 1e-5 }, `n ${n}, d ${d}`);
  }
});

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
