/**
 * The gradients of what the examples minimise, beside finite differences: whole training steps on the reference backend
 * in float64.
 */
import {
  type AnyLaw,
  type AnyModule,
  bernoulli,
  categorical,
  explain,
  type FeedSpecs,
  type FeedValues,
  fullMetrics,
  gaussianWithScale,
  joint,
  type Module,
  neg,
  reference,
  sgd,
  type Tensor,
  type TrainingStepOptions,
  tensor,
  trainingStep,
  uniformStream,
} from "metrigrad";
import test, { type Test } from "tape";
import { pair, steps } from "../examples/gan/gan.ts";
import { mixture, stepOf } from "../examples/mixture-of-experts/mixture-of-experts.ts";
import { law, twoTasks } from "../examples/multitask/multitask.ts";
import { huber, net } from "../examples/regression/regression.ts";
import { residualNet } from "../examples/residual/residual.ts";
import { numbered } from "../examples/text/reports.ts";
import { classifier } from "../examples/text/text.ts";
import { autoencoder } from "../examples/tied/tied.ts";
import { negativeElbo, vae } from "../examples/vae/vae.ts";
import { type GradientGap, gradientGap } from "./gradientGap.ts";

const n = 4;
const byGradient = sgd({ learningRate: 1 });

function drawn(path: string, ...shape: readonly number[]): Tensor {
  const stream = uniformStream({ seed: 3, path });
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float64Array.from({ length: size }, (_, i) => stream.normal(i)),
    { shape },
  );
}

const bits = (path: string, ...shape: readonly number[]): Tensor =>
  tensor(
    Float64Array.from(drawn(path, ...shape).data(), (x) => Number(x > 0)),
    { shape },
  );

function holds(t: Test, { gap, largest }: GradientGap): void {
  t.ok(largest > 1e-3, `the gradient is up to ${largest}`);
  t.ok(gap < 1e-7 * Math.max(1, largest), `off by ${gap}`);
}

/** What a test trains. */
interface Case<F extends FeedSpecs>
  extends Pick<TrainingStepOptions<F>, "feeds" | "loss" | "weights"> {
  readonly model: Pick<Module, "variables">;
  readonly values: FeedValues<F>;
}

function gradients<const F extends FeedSpecs>(name: string, make: () => Case<F>): void {
  test(`models: the gradient of ${name}`, async (t) => {
    const backend = await reference();
    t.teardown(() => backend.close());
    const { model, values, ...options } = make();
    const store = await backend.store(model, { seed: 2 });
    // Initial biases of 0 and the like are no good points to check at.
    for (const { path, spec } of model.variables) {
      const start = drawn(path, ...spec.shape).data();
      await store.write(
        spec,
        tensor(
          Float64Array.from(start, (x) => 0.5 * x),
          { shape: spec.shape },
        ),
      );
    }
    const step = await trainingStep(store, { ...options, optimizer: byGradient });
    holds(t, await gradientGap(store, step, model, values));
  });
}

gradients("a residual net", () => {
  const model = residualNet(4, 2);
  return {
    model,
    feeds: { x: [n, 2], label: { shape: [n], type: "i32" } },
    values: { x: drawn("x", n, 2), label: tensor(Int32Array.of(0, 2, 1, 1)) },
    loss: ({ x, label }, { apply, observe }) => neg(observe(apply(model, x), categorical(), label)),
  };
});

gradients("a variational autoencoder", () => {
  const model = vae(6, 5, 2);
  return {
    model,
    feeds: { x: [n, 6] },
    values: { x: bits("x", n, 6) },
    loss: ({ x }, context) => negativeElbo(context.apply(model, x), x, context),
  };
});

gradients("two tasks with missing labels", () => {
  const model = twoTasks(5, 4);
  const label = { shape: [n], type: "i32" } as const;
  return {
    model,
    feeds: { x: [n, 5], label, labelled: [n], angle: [n, 1], measured: [n] },
    values: {
      x: drawn("x", n, 5),
      label: tensor(Int32Array.of(3, 99, 7, 0)),
      labelled: [1, 0, 1, 0],
      angle: tensor([[0.1], [-0.4], [Number.NaN], [0.7]]),
      measured: [1, 1, 0, 0],
    },
    loss: ({ x, label, labelled, angle, measured }, { apply, observe }) => {
      const targets = {
        digit: { value: label, mask: labelled },
        angle: { value: angle, mask: measured },
      };
      return neg(observe(apply(model, x), law, targets));
    },
  };
});

gradients("tied weights", () => {
  const model = autoencoder(6, 3).whole;
  return {
    model,
    feeds: { x: [n, 6] },
    values: { x: bits("x", n, 6) },
    loss: ({ x }, { apply, observe }) => neg(observe(apply(model, x), bernoulli(), x)),
  };
});

gradients("a classifier of texts", () => {
  const model = classifier(2);
  const { tokens, mask } = numbered(["fog and snow", "the team", "a good oven for soup", "tax"]);
  return {
    model,
    feeds: {
      tokens: { shape: tokens.shape, type: "i32" },
      mask: mask.shape,
      label: { shape: [n], type: "i32" },
    },
    values: { tokens, mask, label: tensor(Int32Array.of(0, 1, 2, 3)) },
    loss: ({ tokens, mask, label }, { apply, observe }) =>
      neg(observe(apply(model, { tokens, mask }), categorical(), label)),
  };
});

gradients("a weighted regression by Huber's loss", () => {
  const model = net(3);
  return {
    model,
    feeds: { x: [n, 3], y: [n, 1], w: [n] },
    values: { x: drawn("x", n, 3), y: drawn("y", n, 1), w: [1, 0.25, 2, 0] },
    loss: ({ x, y }, { apply }) => huber(apply(model, x), y),
    weights: ({ w }) => w,
  };
});

test("models: the gradient of a mixture of experts", async (t) => {
  const backend = await reference();
  t.teardown(() => backend.close());
  const model = mixture(3);
  const store = await backend.store(model, { seed: 2 });
  const step = await stepOf(model, store, byGradient, n);
  const values = { x: drawn("points", n, 2), y: drawn("heights", n, 1) };
  holds(t, await gradientGap(store, step, model, values));
});

test("models: the gradients of an adversarial pair", async (t) => {
  const backend = await reference();
  t.teardown(() => backend.close());
  const models = pair(4);
  const store = await backend.store(models.generator, { seed: 2, name: "generator" });
  await store.add(models.critic, { name: "critic" });
  const { criticStep, generatorStep } = await steps(models, store, () => byGradient, n);
  const feeds = { noise: drawn("noise", n, 4) };
  holds(t, await gradientGap(store, generatorStep, models.generator, feeds));
  const both = { ...feeds, real: drawn("real", n, 2) };
  holds(t, await gradientGap(store, criticStep, models.critic, both));
  await store.close();
});

test("models: metrics follow what is observed of each part", (t) => {
  const rowsOf = (model: AnyModule, likelihood: AnyLaw) =>
    explain(model, { batchSize: 8, likelihood, metrics: fullMetrics }).rows.map((row) => [
      row.path,
      row.law,
    ]);
  const elbo = joint({ code: gaussianWithScale(), pixels: bernoulli() });
  t.deepEqual(rowsOf(vae(6, 5, 2), elbo), [
    ["encoder/dense0", "bernoulli{-1, 1}"],
    ["encoder/dense1", "gaussianWithScale"],
    ["decoder/dense0", "bernoulli{-1, 1}"],
    ["decoder/dense1", "bernoulli{0, 1}"],
  ]);
  t.deepEqual(rowsOf(twoTasks(5, 4), law).slice(-2), [
    ["digit", "categorical"],
    ["angle", "gaussian(0.2)"],
  ]);
  t.end();
});

test("models: the differences tell a wrong gradient", async (t) => {
  const backend = await reference();
  t.teardown(() => backend.close());
  const model = net(3);
  const store = await backend.store(model, { seed: 2 });
  const values = { x: drawn("x", n, 3), y: drawn("y", n, 1) };
  const step = await trainingStep(store, {
    optimizer: sgd({ learningRate: 1.001 }),
    feeds: { x: [n, 3], y: [n, 1] },
    loss: ({ x, y }, { apply }) => huber(apply(model, x), y),
  });
  const { gap, largest } = await gradientGap(store, step, model, values);
  t.ok(gap > 5e-4 * largest, `off by ${gap}`);
});
