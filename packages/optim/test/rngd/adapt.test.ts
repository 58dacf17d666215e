/** Levenberg–Marquardt: damping that follows the reduction ratio. */
import { add, compile, log, mul, type Node, sub } from "@metrigrad/graph";
import type { Module } from "@metrigrad/nn";
import { reference } from "@metrigrad/tensor";
import { Matrix, solve } from "ml-matrix";
import test from "tape";
import {
  type AdaptSettings,
  chain,
  gaussNewtonCurvature,
  metricCurvature,
  type Optimizer,
  type OptimizerContext,
  precondition,
  reject,
  rngd,
  scale,
  type Transform,
} from "../../src/index.ts";
import {
  batchSize,
  follow,
  gap,
  inputs,
  regression,
  regressionContext,
  targets,
} from "../problem.ts";

const factor = "optimizer/damping/factor/w";
const batch = { x: inputs, y: targets };
const adapting = (adapt: AdaptSettings, rate = 1, absolute = 0.3): Optimizer =>
  chain(precondition({ absolute, adapt }), scale(rate));

/** What the report of the every-step phase says at the start, by name. */
async function told(model: Module, optimizer: Optimizer, name: string, beta = 0) {
  const context = regressionContext(model, beta);
  const report = optimizer.update(context).at(-1)?.report;
  const found = report?.quantities.find((one) => one.name === name)?.value() as Node;
  const backend = await reference();
  const store = await backend.store(model);
  const program = await compile({ outputs: [found] }, store);
  const [handle] = await program.run(
    Object.fromEntries(
      program.plan.feeds.map(({ name: feed }) => [feed, feed === "x" ? inputs : targets]),
    ),
  );
  const value = (await handle?.read())?.item();
  await backend.close();
  return value;
}

for (const curvature of [gaussNewtonCurvature, metricCurvature]) {
  test(`adapt, ${curvature.name}: on a quadratic loss the ratio is 1 and λ falls by ω^T`, async (t) => {
    const model = regression();
    const optimizer = adapting({ curvature, every: 2, omega: 0.9 });
    const ratio = await told(model, optimizer, "reductionRatio");
    t.ok(Math.abs((ratio as number) - 1) < 1e-12, `ratio ${ratio}`);
    const run = await follow(model, optimizer, new Array(5).fill(batch), regressionContext(model));
    const factors = run.slice(1).map((values) => values.get(factor)?.[0] as number);
    const expected = [0.81, 0.81, 0.81 ** 2, 0.81 ** 2, 0.81 ** 3];
    t.ok(gap(factors, expected) < 1e-12, String(factors));
  });
}

test("adapt: with L2 the ratio on a quadratic loss is 1 as well", async (t) => {
  const ratio = await told(regression(), adapting({}), "reductionRatio", 0.3);
  t.ok(Math.abs((ratio as number) - 1) < 1e-12);
});

test("adapt: the next step solves with the factor times λ", async (t) => {
  const model = regression();
  const optimizer = adapting({ every: 1, omega: 0.5 });
  const run = await follow(model, optimizer, [batch, batch], regressionContext(model));
  const name = [...(run[0]?.keys() ?? [])].find((one) => one.endsWith("w")) as string;
  const matrix = (step: number) => Matrix.from1DArray(5, 3, Array.from(run[step]?.get(name) ?? []));
  const rows = new Matrix(
    Array.from({ length: batchSize }, (_, s) => [...inputs.data().slice(4 * s, 4 * s + 4), 1]),
  );
  const g = rows.transpose().mmul(rows).div(batchSize);
  for (const [step, lambda] of [
    [0, 0.3],
    [1, 0.15],
  ] as const) {
    const errors = Matrix.sub(
      rows.mmul(matrix(step)),
      Matrix.from1DArray(12, 3, [...targets.data()]),
    );
    const slope = rows.transpose().mmul(errors).div(batchSize);
    const moved = solve(Matrix.add(g, Matrix.eye(5).mul(lambda)), slope);
    const expected = Matrix.sub(matrix(step), moved).to1DArray();
    t.ok(gap(matrix(step + 1).to1DArray(), expected) < 1e-12, `step ${step}`);
  }
});

/** The factor after one step of regression whose loss or prediction is another. */
async function factorAfter(rate: number, change: (context: OptimizerContext) => OptimizerContext) {
  const model = regression();
  const optimizer = adapting({ every: 1, omega: 0.5 }, rate, 1e-6);
  const run = await follow(model, optimizer, [batch], change(regressionContext(model)));
  return run[1]?.get(factor)?.[0];
}

test("adapt: λ rises where the loss falls by less than a quarter of what the model says", async (t) => {
  // A prediction a tenth as long has a hundredth of the curvature: the model says −r + r²/200 times
  // the slope, the loss −r + r²/2.
  const flat = (context: OptimizerContext): OptimizerContext => {
    const shorter = (one: (typeof context.observed)[number]) => {
      return { ...one, output: mul(one.output as Node, 0.1) };
    };
    return { ...context, observed: context.observed.map(shorter) };
  };
  t.equal(await factorAfter(0.4, flat), 0.5, "ρ = 0.8");
  t.equal(await factorAfter(0.6, flat), 1, "ρ = 0.7");
  t.equal(await factorAfter(1.4, flat), 1, "ρ = 0.3");
  t.equal(await factorAfter(1.6, flat), 2, "ρ = 0.2");
  t.equal(await factorAfter(3, flat), 2, "the loss rises");
});

test("adapt: λ rises after a step to where the loss is NaN, and rests where the model sees no descent", async (t) => {
  const same = (context: OptimizerContext) => context;
  const model = regression();
  const backend = await reference();
  const store = await backend.store(model, { seed: 1 });
  const before = await compile({ outputs: [regressionContext(model).loss] }, store);
  const [handle] = await before.run(batch);
  const begun = (await handle?.read())?.item() as number;
  await backend.close();
  // log is NaN below nine tenths of the first loss.
  const broken = (context: OptimizerContext): OptimizerContext => {
    const above = sub(context.loss, 0.9 * begun);
    return { ...context, loss: add(context.loss, mul(log(above), 0)) };
  };
  t.equal(await factorAfter(1, same), 0.5);
  t.equal(await factorAfter(1, broken), 2);
  t.equal(await factorAfter(2.5, same), 1, "the model itself expects a rise");
});

test("adapt: λ stays between its bounds", async (t) => {
  const model = regression();
  const optimizer = adapting({ every: 1, omega: 0.1, least: 0.05 });
  const run = await follow(model, optimizer, new Array(3).fill(batch), regressionContext(model));
  t.deepEqual(
    run.slice(1).map((values) => Math.round(1e6 * (values.get(factor)?.[0] as number)) / 1e6),
    [0.1, 0.05, 0.05],
  );
});

test("adapt: λ rises at once after a step that is rejected, wherever reject stands in the chain", async (t) => {
  const model = regression();
  const metric = precondition({ absolute: 1e-6, adapt: { every: 3, omega: 0.5 } });
  const factorsOf = async (...transforms: readonly Transform[]) => {
    const steps = new Array(5).fill(batch);
    const run = await follow(model, chain(...transforms), steps, regressionContext(model));
    return run.slice(1).map((values) => values.get(factor)?.[0]);
  };
  // A step 2.5 times too long raises the loss, as the model expects; there is a look after steps 1 and 4.
  t.deepEqual(await factorsOf(metric, scale(2.5)), [1, 1, 1, 1, 1], "which tells nothing");
  const raised = [8, 64, 512, 4096, 10_000];
  t.deepEqual(await factorsOf(metric, scale(2.5), reject()), raised);
  t.deepEqual(await factorsOf(reject(), metric, scale(2.5)), raised);
  const fallen = [0.125, 0.125, 0.125, 0.015625, 0.015625];
  t.deepEqual(await factorsOf(metric, scale(0.7), reject()), fallen);
});

test("adapt: λ rises after a step that is not finite, whatever the model says", async (t) => {
  const endless = scale(Number.MAX_VALUE);
  const optimizer = chain(
    precondition({ absolute: 0.3, adapt: { every: 1, omega: 0.5 } }),
    endless,
    endless,
  );
  const model = regression();
  const run = await follow(model, optimizer, [batch], regressionContext(model));
  t.equal(run[1]?.get(factor)?.[0], 2);
});

test("adapt: the factor stays within what the floats of the store hold", async (t) => {
  const model = regression();
  const extreme = { every: 1, omega: 1e-15, least: Number.MIN_VALUE, most: Number.MAX_VALUE };
  for (const [rate, found] of [
    [0.1, 2 ** -126],
    [Number.MAX_VALUE, 2 ** 127],
  ] as const) {
    const optimizer = chain(precondition({ absolute: 0.3, adapt: extreme }), scale(rate), reject());
    const context = { ...regressionContext(model), float: "f32" } as const;
    const run = await follow(model, optimizer, new Array(8).fill(batch), context);
    t.equal(run.at(-1)?.get(factor)?.[0], found);
  }
});

test("adapt: settings out of range are refused by name", (t) => {
  t.throws(() => rngd({ adapt: { omega: 1 } }), /rngd, adapt: omega must be a number in .*got 1/);
  t.throws(() => rngd({ adapt: { every: 0 } }), /rngd, adapt: every must be a finite number ≥ 1/);
  t.throws(() => rngd({ adapt: { least: 2 } }), /rngd, adapt: least must be a number in .*got 2/);
  t.deepEqual(
    (rngd({ adapt: {} }).settings.adapt as { curvature: string }).curvature,
    "gaussNewton",
  );
  t.end();
});
