/** Steps that are judged by the change of the loss, where the loss is smaller than the rounding of its constant. */
import { fill, mean, type Node, neg, square, sub } from "@metrigrad/graph";
import { partition } from "@metrigrad/metric";
import { dense, gaussian, masked, sequential } from "@metrigrad/nn";
import { constantSchedule, rngd } from "@metrigrad/optim";
import { reference } from "@metrigrad/tensor";
import { type LossResult, type StepContext, trainingStep } from "@metrigrad/train";
import test from "tape";

const rows = 40;
const x = Array.from({ length: rows }, (_, row) => [row / rows, Math.sin(row), Math.cos(3 * row)]);
const y = x.map(([a = 0, b = 0, c = 0]) => [0.5 * Math.tanh(a + b) - 0.3 * c * b]);

/** −ln p of samples, under laws whose densities have the same constant. */
const losses: Readonly<
  Record<string, (observe: StepContext["observe"], output: Node, y: Node) => Node>
> = {
  gaussian: (observe, output, target) => neg(observe(output, gaussian(), target)),
  "masked(gaussian)": (observe, output, value) =>
    neg(observe(output, masked(gaussian()), { value, mask: fill([rows], 1) })),
};

for (const [name, lossOf] of Object.entries(losses)) {
  test(`Levenberg–Marquardt in float32 goes on below the rounding of ½ ln 2π, ${name}`, async (t) => {
    const model = sequential(dense(3, 16, { activation: "tanh" }), dense(16, 1));
    const backend = await reference();
    const store = await backend.store(model, { seed: 1, float: "f32" });
    const step = await trainingStep(store, {
      feeds: { x: [rows, 3], y: [rows, 1] },
      optimizer: rngd({
        metrics: partition(model, "whole"),
        learningRate: 1,
        schedule: constantSchedule(),
        momentum: 0,
        absolute: 1e-3,
        adapt: { every: 1, omega: 0.5, least: 1e-6 },
        reject: 0,
      }),
      loss: (feeds, { apply, observe }): LossResult => {
        const output = apply(model, feeds.x);
        const squares = mean(square(sub(output, feeds.y)));
        return { loss: lossOf(observe, output, feeds.y), outputs: { squares } };
      },
    });
    let last = Number.NaN;
    for (let at = 0; at < 90; at++) {
      const { outputs, loss } = await step.run({ x, y });
      last = outputs.squares?.item() ?? Number.NaN;
      if (at === 0) t.ok(Math.abs(loss - last / 2 - Math.log(2 * Math.PI) / 2) < 1e-6, "as told");
    }
    t.ok(last < 1e-8, `a mean square of ${last}`);
    await backend.close();
  });
}
