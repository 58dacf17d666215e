import type { Contestant } from "../../contestant.ts";
import { checkedSteps, type StepProblem } from "../../problems.ts";

import type { Tf, TfBackend, TfTensor } from "./types.ts";

/** A training step with an optimizer of the library and fused products. */
export async function stepOf(
  tf: Tf,
  backend: TfBackend,
  problem: StepProblem,
): Promise<Contestant> {
  await tf.setBackend(backend);
  const { batch, learningRate, x, labels } = problem;
  const inputs = tf.tensor(x, [batch, x.length / batch]);
  const classes = problem.layers.at(-1)?.outputs ?? 1;
  const targets = tf.tidy(() =>
    tf.cast(tf.oneHot(tf.tensor(labels, [batch], "int32"), classes), "float32"),
  );
  const layers = problem.layers.map((layer) => ({
    w: tf.tidy(() => tf.variable(tf.tensor(layer.w, [layer.inputs, layer.outputs]))),
    b: tf.tidy(() => tf.variable(tf.zeros([layer.outputs]))),
  }));
  const variables = layers.flatMap(({ w, b }) => [w, b]);
  const optimizer =
    problem.optimizer === "adam"
      ? tf.train.adam(learningRate, 0.9, 0.999, 1e-8)
      : tf.train.sgd(learningRate);
  const loss = () => {
    let h: TfTensor = inputs;
    for (const [index, { w, b }] of layers.entries()) {
      const activation = index < layers.length - 1 ? "relu" : "linear";
      h = tf.fused.matMul({ a: h, b: w, bias: b, activation });
    }
    return tf.losses.softmaxCrossEntropy(targets, h);
  };
  return {
    result: async () => {
      await tf.setBackend(backend);
      const losses: number[] = [];
      for (let i = 0; i < checkedSteps; i++) {
        const cost = optimizer.minimize(loss, true, variables);
        losses.push((await cost?.data())?.[0] ?? Number.NaN);
        cost?.dispose();
      }
      return losses;
    },
    time: async (count) => {
      await tf.setBackend(backend);
      const begun = performance.now();
      for (let i = 0; i < count; i++) optimizer.minimize(loss, false, variables);
      await layers.at(-1)?.b.data();
      return (performance.now() - begun) / 1000;
    },
    close: async () => {
      for (const tensor of [inputs, targets, ...variables]) tensor.dispose();
    },
  };
}
