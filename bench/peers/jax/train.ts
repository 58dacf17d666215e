import type { Contestant } from "../../contestant.ts";
import type { Jax, JaxArray } from "./types.ts";

/** Parameters in the order that a loss expects. */
export type Params = readonly JaxArray[];

/** Parameters, and for adam the means of gradients and of their squares. */
type State = readonly Params[];

/** What is trained. */
export interface Training {
  readonly optimizer: "sgd" | "adam";
  readonly learningRate: number;
  /** Steps whose losses are the answer. */
  readonly checked: number;
  readonly params: Params;
  /** Spends its arrays. */
  readonly loss: (params: Params, x: JaxArray, targets: JaxArray) => JaxArray;
  readonly x: JaxArray;
  readonly targets: JaxArray;
}

/** A training step as one jitted function of the state; on resident data. */
export function trained(jax: Jax, training: Training): Contestant {
  const { numpy: np, tree } = jax;
  const { optimizer, learningRate, checked, loss, x, targets: y } = training;
  const sgd = ([params = []]: State, grads: Params): State => [
    params.map((value, at) => value.sub((grads[at] as JaxArray).mul(learningRate))),
  ];
  const adam = (
    [params = [], means = [], squares = []]: State,
    grads: Params,
    first: JaxArray,
    second: JaxArray,
  ): State => {
    const next = params.map((value, at) => {
      const grad = grads[at] as JaxArray;
      const mean = (means[at] as JaxArray).mul(0.9).add(grad.ref.mul(0.1));
      const square = (squares[at] as JaxArray).mul(0.999).add(np.square(grad).mul(0.001));
      const root = np.sqrt(square.ref.mul(second.ref)).add(1e-8);
      const direction = mean.ref.mul(first.ref).div(root).mul(learningRate);
      return [value.sub(direction), mean, square] as const;
    });
    return [next.map(([p]) => p), next.map(([, m]) => m), next.map(([, , s]) => s)];
  };
  /** `first` and `second` are adam's corrections 1/(1 − βᵗ), [1]. */
  const step = jax.jit(
    (state: State, rows: JaxArray, targets: JaxArray, first: JaxArray, second: JaxArray) => {
      const [params = []] = state;
      const [cost, grads] = jax.valueAndGrad(loss)(tree.ref(params), rows, targets);
      const next = optimizer === "adam" ? adam(state, grads, first, second) : sgd(state, grads);
      first.dispose();
      second.dispose();
      return [cost, next] as const;
    },
  );

  const zeros = () => training.params.map(({ shape }) => np.zeros(shape));
  let state: State = optimizer === "adam" ? [training.params, zeros(), zeros()] : [training.params];
  let done = 0;
  const advance = async (): Promise<JaxArray> => {
    done++;
    const correction = (beta: number) => np.array(Float32Array.of(1 / (1 - beta ** done)));
    const [cost, next] = step(state, x.ref, y.ref, correction(0.9), correction(0.999));
    state = await jax.blockUntilReady(next);
    return cost;
  };
  return {
    result: async () => {
      const losses: number[] = [];
      for (let i = 0; i < checked; i++) {
        losses.push((await (await advance()).data())[0] ?? Number.NaN);
      }
      return losses;
    },
    time: async (count) => {
      const begun = performance.now();
      for (let i = 0; i < count; i++) (await advance()).dispose();
      return (performance.now() - begun) / 1000;
    },
    close: async () => tree.dispose([...state.flat(), x, y]),
  };
}

/** Mean cross-entropy of a soft-max of logits, and of targets that are ones and zeros, [rows, classes]. */
export function crossEntropy({ nn }: Jax, logits: JaxArray, targets: JaxArray): JaxArray {
  const [rows = 1] = logits.shape;
  return nn
    .logSoftmax(logits, -1)
    .mul(targets)
    .sum()
    .mul(-1 / rows);
}

/** Labels as ones and zeros [rows, classes]. */
export function oneHot({ numpy: np }: Jax, labels: Int32Array, classes: number): JaxArray {
  const hot = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) hot[row * classes + label] = 1;
  return np.array(hot).reshape([labels.length, classes]);
}
