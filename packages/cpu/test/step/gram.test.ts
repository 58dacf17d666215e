import type { Step } from "@metrigrad/tensor";
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

// It takes ten seconds, so it runs with METRIGRAD_SWEEP=full, as in `npm run check`.
const long: (name: string, body: (t: test.Test) => Promise<void>) => void =
  process.env.METRIGRAD_SWEEP === "full" ? test : () => undefined;

long("gram: blocks beyond the caches", async (t) => {
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

test("gram: many matrices of the same rows", async (t) => {
  const random = new Random(33);
  const sizes = [
    [12, 1, 8],
    [13, 7, 9],
    [130, 20, 17],
    [40, 50, 81],
    [14, 800, 24],
    [25, 33, 130],
  ] as const;
  for (const [m, n, d] of sizes) {
    for (const [alpha, beta, based] of [
      [2 / n, 1, "none"],
      [0.5 / n, 0.9, "output"],
      [1 / n, 0.5, "other"],
    ] as const) {
      const plan = new TestPlan();
      const value = () => random.between(-1, 1);
      const x = plan.view([m, n, d], "f32", value, { broadcast: [0], gap: random.integer(0, 2) });
      const nu = plan.view([m, n], "f32", () => random.next(), {
        order: random.pick([
          [0, 1],
          [1, 0],
        ]),
      });
      const output = plan.view([m, d, d], "f32", () => 1, { gap: random.integer(0, 2) });
      const other = plan.view([m, d, d], "f32", () => -0.5);
      const base = { none: null, output, other }[based];
      const step = { kind: "gram", label: "k", x, nu, base, alpha, beta, output } as const;
      await compare(
        t,
        plan,
        [step],
        { absolute: 1e-5 },
        `${m} matrices, n ${n}, d ${d}, base ${based}`,
      );
    }
  }
});
