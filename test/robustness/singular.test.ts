/** Levenberg–Marquardt where the metric is singular to rounding at the damping that a run begins with. */
import { neg } from "@metrigrad/graph";
import { partition } from "@metrigrad/metric";
import { dense, gaussian, sequential } from "@metrigrad/nn";
import { constantSchedule, type RngdSettings, rngd } from "@metrigrad/optim";
import { reference } from "@metrigrad/tensor";
import { trainingStep } from "@metrigrad/train";
import test from "tape";

const rows = 12;
/** The second input is twice the first. */
const x = Array.from({ length: rows }, (_, row) => [row / rows, (2 * row) / rows, Math.sin(row)]);
const y = x.map(([a = 0, , c = 0]) => [Math.tanh(a + 0.3 * c) / 2]);

/** Losses of a regression in float32, which 41 parameters fit exactly, by one metric over all of them; what is reported. */
async function trained(settings: RngdSettings, steps: number) {
  const model = sequential(dense(3, 8, { activation: "tanh" }), dense(8, 1));
  const backend = await reference();
  const store = await backend.store(model, { seed: 1, float: "f32" });
  const step = await trainingStep(store, {
    feeds: { x: [rows, 3], y: [rows, 1] },
    optimizer: rngd({
      metrics: partition(model, "whole"),
      learningRate: 1,
      schedule: constantSchedule(),
      momentum: 0,
      solver: "dense",
      absolute: 1e-30,
      adapt: { every: 1, omega: 0.1, least: 1e-30, most: 1e38 },
      reject: 0,
      ...settings,
    }),
    loss: (feeds, { apply, observe }) => neg(observe(apply(model, feeds.x), gaussian(), feeds.y)),
    report: true,
  });
  const told = [];
  for (let at = 0; at < steps; at++) {
    const { loss, report } = await step.run({ x, y });
    const quantity = (name: string) => report?.quantities[name] as number;
    const [factor, accepted] = [quantity("dampingFactor"), quantity("accepted")];
    const lambda = (report?.blocks[0]?.quantities.lambda as readonly number[] | undefined)?.[0];
    told.push({ loss: loss - Math.log(2 * Math.PI) / 2, factor, accepted, lambda });
  }
  await backend.close();
  return told;
}

const cases: readonly (readonly [name: string, settings: RngdSettings])[] = [
  ["of each batch", {}],
  ["of each batch, by the exact step of a quadratic model", { quadratic: { momentum: false } }],
  ["of each batch, with momentum", { momentum: 0.9 }],
  ["held", { over: { every: 2 } }],
  ["held, solved in f64", { over: { every: 2 }, solvePrecision: "f64" }],
];

for (const [name, settings] of cases) {
  test(`a metric ${name}, too singular to solve with, is damped until a step succeeds`, async (t) => {
    const told = await trained(settings, 45);
    const [first] = told as [(typeof told)[0]];
    const last = told.at(-1) as typeof first;
    t.equal(first.accepted, 0, "the first step fails");
    t.ok(first.loss > 0.1 && last.loss < 1e-4, `${first.loss} → ${last.loss}`);
    t.ok(told.some(({ accepted }) => accepted === 1));
    t.ok(
      told.every(({ factor }) => Number.isFinite(factor) && factor > 0),
      "the factor of the damping is finite",
    );
  });
}

test("what cannot be factored has no λ, and a refresh of it is not held", async (t) => {
  t.ok(Number.isNaN((await trained({}, 1))[0]?.lambda));
  const [first] = await trained({ over: { every: 2 } }, 1);
  t.equal(first?.lambda, 1, "as before the first refresh");
});
