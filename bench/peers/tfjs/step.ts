import type { Contestant } from "../../contestant.ts";
import { checkedSteps, type StepProblem } from "../../problems.ts";
import { trained } from "./train.ts";
import type { Tf, TfBackend, TfTensor } from "./types.ts";

/** A training step of a relu network with fused products. */
export async function stepOf(
  tf: Tf,
  backend: TfBackend,
  problem: StepProblem,
): Promise<Contestant> {
  await tf.setBackend(backend);
  const { optimizer, batch, learningRate, x, labels } = problem;
  const inputs = tf.tensor(x, [batch, x.length / batch]);
  const targets = oneHot(tf, labels, problem.layers.at(-1)?.outputs ?? 1);
  const layers = problem.layers.map((layer) => ({
    w: tf.tidy(() => tf.variable(tf.tensor(layer.w, [layer.inputs, layer.outputs]))),
    b: tf.tidy(() => tf.variable(tf.zeros([layer.outputs]))),
  }));
  const loss = () => {
    let h: TfTensor = inputs;
    for (const [index, { w, b }] of layers.entries()) {
      const activation = index < layers.length - 1 ? "relu" : "linear";
      h = tf.fused.matMul({ a: h, b: w, bias: b, activation });
    }
    return tf.losses.softmaxCrossEntropy(targets, h);
  };
  const variables = layers.flatMap(({ w, b }) => [w, b]);
  const held = [inputs, targets];
  const checked = checkedSteps;
  return trained(tf, backend, { optimizer, learningRate, checked, loss, variables, held });
}

/** Labels as ones and zeros [rows, classes]. */
export function oneHot(tf: Tf, labels: Int32Array, classes: number): TfTensor {
  return tf.tidy(() =>
    tf.cast(tf.oneHot(tf.tensor(labels, [labels.length], "int32"), classes), "float32"),
  );
}
