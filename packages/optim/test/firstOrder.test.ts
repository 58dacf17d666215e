import { mul } from "@metrigrad/graph";
import test from "tape";
import { adam, cosineSchedule, momentum, sgd } from "../src/index.ts";
import { classifier, contextOf, follow, gap, inputs, labels, start, train } from "./problem.ts";

test("sgd: one step is θ − γ∂L/∂θ, the L2 term included", async (t) => {
  const model = classifier();
  const before = await start(model);
  const { parameters } = await train(model, sgd({ learningRate: 0.3 }), 1);
  for (const { name, value, gradient } of before) {
    const expected = value.map((v, i) => v - 0.3 * (gradient[i] as number));
    t.ok(gap(parameters.get(name), expected) < 1e-14, name);
  }
});

test("momentum: the first step is SGD's, the second keeps μ of the first direction", async (t) => {
  const model = classifier();
  const settings = { learningRate: 0.1, momentum: 0.9 };
  const before = await start(model);
  const one = await train(model, momentum(settings), 1);
  const two = await train(model, momentum(settings), 2);
  const plain = await train(model, sgd({ learningRate: 0.1 }), 2);
  const firstPlain = await train(model, sgd({ learningRate: 0.1 }), 1);
  for (const { name, gradient } of before) {
    t.ok(gap(one.parameters.get(name), firstPlain.parameters.get(name)) < 1e-14, `${name}, first`);
    // SGD's second gradient is taken at the same point, so the two differ by γμ times the first.
    const expected = plain.parameters
      .get(name)
      ?.map((v, i) => v - 0.1 * 0.9 * (gradient[i] as number));
    t.ok(gap(two.parameters.get(name), expected) < 1e-13, `${name}, second`);
  }
});

test("adam: follows the recurrences of Kingma and Ba, algorithm 1", async (t) => {
  const model = classifier();
  const settings = { learningRate: 0.01, beta1: 0.8, beta2: 0.95, epsilon: 1e-8 };
  const before = await start(model);
  const { parameters } = await train(model, adam(settings), 1);
  for (const { name, value, gradient } of before) {
    const expected = value.map((v, i) => {
      const g = gradient[i] as number;
      const mean = (0.2 * g) / (1 - 0.8);
      const square = (0.05 * g * g) / (1 - 0.95);
      return v - (0.01 * mean) / (Math.sqrt(square) + 1e-8);
    });
    t.ok(gap(parameters.get(name), expected) < 1e-12, name);
  }
  const { losses } = await train(model, adam({ learningRate: 0.05 }), 100);
  t.ok((losses.at(-1) as number) < 0.5 * (losses[0] as number), "and learns");
});

test("adam: directions that ε hides leave no moments behind, and count where ε is 0", async (t) => {
  const model = classifier();
  const context = contextOf(model, 0);
  const faint = { ...context, loss: mul(context.loss, 1e-20) };
  for (const [epsilon, moves] of [
    [1e-8, false],
    [0, true],
  ] as const) {
    const batches = [{ x: inputs, y: labels }];
    const run = await follow(model, adam({ learningRate: 0.01, epsilon }), batches, faint);
    const largest = (name: string) => gap(run[1]?.get(name), run[0]?.get(name));
    t.equal(largest("optimizer/mean/dense0/w") > 0, moves, `mean, ε = ${epsilon}`);
    const step = largest("dense0/w");
    t.ok(Math.abs(step - (moves ? 0.01 : 0)) < 1e-12, `step, ε = ${epsilon}: ${step}`);
  }
});

test("schedules: scale the step by the progress of the run", async (t) => {
  const model = classifier();
  const scheduled = await train(model, sgd({ learningRate: 0.2, schedule: cosineSchedule() }), 1);
  const plain = await train(model, sgd({ learningRate: 0.2 }), 1);
  const name = [...plain.parameters.keys()][0] as string;
  t.ok(
    gap(scheduled.parameters.get(name), plain.parameters.get(name)) < 1e-14,
    "full at the start",
  );
  const late = await train(model, sgd({ learningRate: 0.2, schedule: cosineSchedule() }), 60);
  const same = await train(model, sgd({ learningRate: 0.2 }), 60);
  t.ok((late.losses.at(-1) as number) > (same.losses.at(-1) as number), "smaller later");
});
