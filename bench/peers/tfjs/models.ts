import type { Contestant } from "../../contestant.ts";
import { lstmSizes, residualBlocks, transformerSizes } from "../../models.ts";
import { checkedModelSteps, type ModelProblem, type Values } from "../../problems.ts";
import { oneHot } from "./step.ts";
import { trained } from "./train.ts";
import type { Tf, TfBackend, TfTensor } from "./types.ts";

/** A convolution of images [n, h, w, in] with a kernel [k, k, in, out] and zeros around. */
export type Convolution = (
  x: TfTensor,
  kernel: TfTensor,
  stride: number,
  padding: number,
) => TfTensor;

/** Gives a parameter of a name; the same one at every call. */
interface Taken {
  weight(name: string): TfTensor;
  filled(name: string, size: number, value: number): TfTensor;
}

interface Parts {
  readonly tf: Tf;
  readonly take: Taken;
  readonly conv: Convolution;
}

/** A training step of a model of the suite `models`; images have their channels last, as its kernels want them. */
export async function modelOf(
  tf: Tf,
  backend: TfBackend,
  problem: ModelProblem,
  conv: Convolution = (x, kernel, stride, padding) => tf.conv2d(x, kernel, stride, padding),
): Promise<Contestant> {
  await tf.setBackend(backend);
  const model = { LeNet: lenet, "ResNet-8": residual, LSTM: memory, transformer }[problem.model];
  const known = new Map<string, TfTensor>();
  const kept = (name: string, make: () => TfTensor): TfTensor => {
    const found = known.get(name) ?? tf.tidy(() => tf.variable(make()));
    known.set(name, found);
    return found;
  };
  const take: Taken = {
    weight: (name) => kept(name, () => weightOf(tf, problem, name)),
    filled: (name, size, value) =>
      kept(name, () => tf.tensor(new Float32Array(size).fill(value), [size])),
  };
  const inputs = channelsLast(tf, tf.tensor(problem.x.values, problem.x.shape));
  const targets = oneHot(tf, problem.labels, problem.classes);
  const parts = { tf, take, conv };
  // The first run makes the parameters.
  tf.tidy(() => model(parts, inputs));
  return trained(tf, backend, {
    optimizer: problem.optimizer,
    learningRate: problem.learningRate,
    checked: checkedModelSteps,
    variables: [...known.values()],
    held: [inputs, targets],
    loss: () => tf.losses.softmaxCrossEntropy(targets, model(parts, inputs)),
  });
}

function channelsLast(tf: Tf, images: TfTensor): TfTensor {
  return images.shape.length === 4 ? tf.transpose(images, [0, 2, 3, 1]) : images;
}

/** Kernels [k, k, in, out]; the first dense weight of LeNet has its rows in the order of channels last. */
function weightOf(tf: Tf, { model, weights }: ModelProblem, name: string): TfTensor {
  const { shape, values } = weights[name] as Values;
  const weight = tf.tensor(values, shape);
  if (shape.length === 4) return tf.transpose(weight, [2, 3, 1, 0]);
  if (model !== "LeNet" || name !== "dense0") return weight;
  const [rows = 1, columns = 1] = shape;
  const apart = tf.reshape(weight, [16, 4, 4, columns]);
  return tf.reshape(tf.transpose(apart, [1, 2, 0, 3]), [rows, columns]);
}

function dense(
  { tf, take }: Parts,
  name: string,
  x: TfTensor,
  outputs: number,
  activation: "relu" | "linear" = "linear",
): TfTensor {
  const bias = take.filled(`${name}/offset`, outputs, 0);
  return tf.fused.matMul({ a: x, b: take.weight(name), bias, activation });
}

function lenet(parts: Parts, x: TfTensor): TfTensor {
  const { tf, take, conv } = parts;
  const stage = (name: string, rows: TfTensor, channels: number) => {
    const offset = take.filled(`${name}/offset`, channels, 0);
    const h = tf.relu(tf.add(conv(rows, take.weight(name), 1, 0), offset));
    return tf.maxPool(h, 2, 2, "valid");
  };
  const h = tf.reshape(stage("conv1", stage("conv0", x, 6), 16), [x.shape[0] as number, 256]);
  const first = dense(parts, "dense0", h, 120, "relu");
  return dense(parts, "dense2", dense(parts, "dense1", first, 84, "relu"), 10);
}

function residual(parts: Parts, x: TfTensor): TfTensor {
  const { tf, take, conv } = parts;
  const normalised = (
    name: string,
    rows: TfTensor,
    outputs: number,
    stride: number,
    padding: number,
  ) => {
    const h = conv(rows, take.weight(name), stride, padding);
    const { mean, variance } = tf.moments(h, [0, 1, 2]);
    const scale = take.filled(`${name}/scale`, outputs, 1);
    return tf.batchNorm(h, mean, variance, take.filled(`${name}/offset`, outputs, 0), scale, 1e-5);
  };
  let h = tf.relu(normalised("stem", x, 16, 1, 1));
  for (const { name, inputs, outputs, stride } of residualBlocks) {
    const same = inputs === outputs;
    const kept = same ? h : normalised(`${name}/projection`, h, outputs, stride, 0);
    const inner = tf.relu(normalised(`${name}/conv0`, h, outputs, stride, 1));
    h = tf.relu(tf.add(kept, normalised(`${name}/conv1`, inner, outputs, 1, 1)));
  }
  return dense(parts, "head", tf.mean(h, [1, 2]), 10);
}

function memory(parts: Parts, x: TfTensor): TfTensor {
  const { tf, take } = parts;
  const { units, classes } = lstmSizes;
  const [batch = 1, turns = 1, inputs = 1] = x.shape;
  const rows = tf.reshape(x, [batch * turns, inputs]);
  const projected = dense(parts, "input", rows, 4 * units);
  let h = tf.zeros([batch, units]);
  let c = tf.zeros([batch, units]);
  for (const row of tf.unstack(tf.reshape(projected, [batch, turns, 4 * units]), 1)) {
    const all = tf.add(row, tf.matMul(h, take.weight("recurrent")));
    const [i, f, g, o] = tf.split(all, 4, 1) as [TfTensor, TfTensor, TfTensor, TfTensor];
    c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
    h = tf.mul(tf.sigmoid(o), tf.tanh(c));
  }
  return dense(parts, "head", h, classes);
}

function transformer(parts: Parts, x: TfTensor): TfTensor {
  const { tf, take } = parts;
  const { batch, turns, features, heads, width, classes } = transformerSizes;
  const normalised = (name: string, rows: TfTensor) => {
    const centred = tf.sub(rows, tf.mean(rows, [-1], true));
    const variance = tf.mean(tf.square(centred), [-1], true);
    const standard = tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5)));
    const scaled = tf.mul(standard, take.filled(`${name}/scale`, features, 1));
    return tf.add(scaled, take.filled(`${name}/offset`, features, 0));
  };
  const h = tf.reshape(x, [batch * turns, features]);
  const part = (name: string) => {
    const rows = dense(parts, name, h, features);
    return tf.transpose(tf.reshape(rows, [batch, turns, heads, features / heads]), [0, 2, 1, 3]);
  };
  const scores = tf.matMul(part("query"), part("key"), false, true);
  const weights = tf.softmax(tf.add(tf.mul(scores, (features / heads) ** -0.5), later(tf, turns)));
  const attended = tf.transpose(tf.matMul(weights, part("value")), [0, 2, 1, 3]);
  const out = dense(parts, "out", tf.reshape(attended, [batch * turns, features]), features);
  const first = normalised("norm0", tf.add(h, out));
  const inner = dense(parts, "expand", first, width, "relu");
  const second = normalised("norm1", tf.add(first, dense(parts, "contract", inner, features)));
  return dense(parts, "head", second, classes);
}

/** What hides later positions from earlier ones: 0 or −10⁹, [T, T]. */
function later(tf: Tf, turns: number): TfTensor {
  const values = Float32Array.from({ length: turns ** 2 }, (_, at) =>
    at % turns > Math.floor(at / turns) ? -1e9 : 0,
  );
  return tf.tensor(values, [turns, turns]);
}
