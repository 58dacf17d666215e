import type { Contestant } from "../../contestant.ts";
import { lstmSizes, residualBlocks, transformerSizes } from "../../models.ts";
import { checkedModelSteps, type ModelProblem } from "../../problems.ts";
import { crossEntropy, oneHot, type Params, trained } from "./train.ts";
import type { Jax, JaxArray } from "./types.ts";

/** Gives a parameter of a name; each is taken once. */
interface Taken {
  /** A weight of the problem. */
  weight(name: string): JaxArray;
  /** A parameter of so many values that begins with one value. */
  filled(name: string, size: number, value: number): JaxArray;
}

/**
 * A training step of a model of the suite `models`, jitted. jax-js has no scan, so the turns of the memory are unrolled; running
 * statistics of batch normalisation are not kept.
 */
export async function modelOf(jax: Jax, problem: ModelProblem): Promise<Contestant> {
  const { numpy: np } = jax;
  const model = { LeNet: lenet, "ResNet-8": residual, LSTM: memory, transformer }[problem.model];
  const names: string[] = [];
  const params: JaxArray[] = [];
  const known = (name: string, make: () => JaxArray): number => {
    const at = names.indexOf(name);
    if (at >= 0) return at;
    params.push(make());
    return names.push(name) - 1;
  };
  const array = (values: Float32Array, shape: readonly number[]) => np.array(values).reshape(shape);
  /** The parameters are found by a first run, which makes them. */
  const taking = (from: () => Params): Taken => ({
    weight: (name) => {
      const { shape = [], values = new Float32Array() } = problem.weights[name] ?? {};
      return from()[known(name, () => array(values, shape))] as JaxArray;
    },
    filled: (name, size, value) =>
      from()[known(name, () => array(new Float32Array(size).fill(value), [size]))] as JaxArray,
  });
  const x = array(problem.x.values, problem.x.shape);
  const first: Taken = taking(() => params);
  model(
    jax,
    { weight: (name) => first.weight(name).ref, filled: (...all) => first.filled(...all).ref },
    x.ref,
  ).dispose();
  return trained(jax, {
    optimizer: problem.optimizer,
    learningRate: problem.learningRate,
    checked: checkedModelSteps,
    params,
    loss: (given, rows, targets) =>
      crossEntropy(
        jax,
        model(
          jax,
          taking(() => given),
          rows,
        ),
        targets,
      ),
    x,
    targets: oneHot(jax, problem.labels, problem.classes),
  });
}

function dense({ numpy: np }: Jax, take: Taken, name: string, x: JaxArray, outputs: number) {
  return np.matmul(x, take.weight(name)).add(take.filled(`${name}/offset`, outputs, 0));
}

function lenet(jax: Jax, take: Taken, x: JaxArray): JaxArray {
  const { numpy: np, lax, nn } = jax;
  const stage = (name: string, rows: JaxArray, channels: number) => {
    const offset = take.filled(`${name}/offset`, channels, 0).reshape([1, channels, 1, 1]);
    const h = nn.relu(lax.convGeneralDilated(rows, take.weight(name), [1, 1], "VALID").add(offset));
    return lax.reduceWindow(h, (window) => np.max(window), [2, 2], [2, 2]);
  };
  let h = stage("conv1", stage("conv0", x, 6), 16);
  h = h.reshape([h.shape[0] as number, -1]);
  h = nn.relu(dense(jax, take, "dense0", h, 120));
  h = nn.relu(dense(jax, take, "dense1", h, 84));
  return dense(jax, take, "dense2", h, 10);
}

function residual(jax: Jax, take: Taken, x: JaxArray): JaxArray {
  const { numpy: np, lax, nn } = jax;
  const normalised = (
    name: string,
    rows: JaxArray,
    outputs: number,
    stride: number,
    by: number,
  ) => {
    const h = lax.convGeneralDilated(
      rows,
      take.weight(name),
      [stride, stride],
      [
        [by, by],
        [by, by],
      ],
    );
    const shape = [1, outputs, 1, 1];
    const centred = h.ref.sub(np.mean(h, [0, 2, 3], { keepdims: true }));
    const variance = np.mean(np.square(centred.ref), [0, 2, 3], { keepdims: true });
    const scale = take.filled(`${name}/scale`, outputs, 1).reshape(shape);
    const offset = take.filled(`${name}/offset`, outputs, 0).reshape(shape);
    return centred
      .div(np.sqrt(variance.add(1e-5)))
      .mul(scale)
      .add(offset);
  };
  let h = nn.relu(normalised("stem", x, 16, 1, 1));
  for (const { name, inputs, outputs, stride } of residualBlocks) {
    const same = inputs === outputs;
    const kept = same ? h.ref : normalised(`${name}/projection`, h.ref, outputs, stride, 0);
    const inner = nn.relu(normalised(`${name}/conv0`, h, outputs, stride, 1));
    h = nn.relu(kept.add(normalised(`${name}/conv1`, inner, outputs, 1, 1)));
  }
  return dense(jax, take, "head", np.mean(h, [2, 3]), 10);
}

function memory(jax: Jax, take: Taken, x: JaxArray): JaxArray {
  const { numpy: np, nn } = jax;
  const { units, classes } = lstmSizes;
  const [batch = 1, turns = 1, inputs = 1] = x.shape;
  const projected = dense(jax, take, "input", x.reshape([batch * turns, inputs]), 4 * units);
  const rows = np.split(projected.reshape([batch, turns, 4 * units]), turns, 1);
  const recurrent = take.weight("recurrent");
  let h: JaxArray = np.zeros([batch, units]);
  let c: JaxArray = np.zeros([batch, units]);
  for (const [turn, row] of rows.entries()) {
    const w = turn < turns - 1 ? recurrent.ref : recurrent;
    const all = row.reshape([batch, 4 * units]).add(np.matmul(h, w));
    const [i, f, g, o] = np.split(all, 4, 1) as [JaxArray, JaxArray, JaxArray, JaxArray];
    c = nn
      .sigmoid(f)
      .mul(c)
      .add(nn.sigmoid(i).mul(np.tanh(g)));
    h = nn.sigmoid(o).mul(np.tanh(turn < turns - 1 ? c.ref : c));
  }
  return dense(jax, take, "head", h, classes);
}

function transformer(jax: Jax, take: Taken, x: JaxArray): JaxArray {
  const { numpy: np, nn } = jax;
  const { batch, turns, features, heads, width, classes } = transformerSizes;
  const normalised = (name: string, rows: JaxArray) => {
    const scale = take.filled(`${name}/scale`, features, 1);
    return nn
      .standardize(rows, -1)
      .mul(scale)
      .add(take.filled(`${name}/offset`, features, 0));
  };
  const h = x.reshape([batch * turns, features]);
  /** [n, heads, T, d], or with the last axes the other way round. */
  const part = (name: string, axes: readonly number[]) =>
    np.transpose(
      dense(jax, take, name, h.ref, features).reshape([batch, turns, heads, features / heads]),
      axes,
    );
  // Its attention goes through its einsum, which needs iterators that Node has from 22 on.
  const scores = np.matmul(part("query", [0, 2, 1, 3]), part("key", [0, 2, 3, 1]));
  const weights = nn.softmax(scores.mul((features / heads) ** -0.5).add(later(jax, turns)), -1);
  const attended = np.transpose(np.matmul(weights, part("value", [0, 2, 1, 3])), [0, 2, 1, 3]);
  const out = dense(jax, take, "out", attended.reshape([batch * turns, features]), features);
  const first = normalised("norm0", h.add(out));
  const inner = nn.relu(dense(jax, take, "expand", first.ref, width));
  const second = normalised("norm1", first.add(dense(jax, take, "contract", inner, features)));
  return dense(jax, take, "head", second, classes);
}

/** What hides later positions from earlier ones: 0 or −10⁹, [T, T]. */
function later({ numpy: np }: Jax, turns: number): JaxArray {
  const values = Float32Array.from({ length: turns ** 2 }, (_, at) =>
    at % turns > Math.floor(at / turns) ? -1e9 : 0,
  );
  return np.array(values).reshape([turns, turns]);
}
