import type { Contestant } from "../../contestant.ts";
import { checkedSteps, type StepProblem } from "../../problems.ts";
import type { Jax, JaxArray } from "./types.ts";

/** Parameters of all layers: weight, offsets, weight, … */
type Params = readonly JaxArray[];

/** Parameters, and for adam the means of gradients and of their squares. */
type State = readonly Params[];

/** A training step as one jitted function of the state; on resident data. */
export async function stepOf(jax: Jax, problem: StepProblem): Promise<Contestant> {
  const { numpy: np, nn, tree } = jax;
  const { batch, layers, learningRate, optimizer, labels } = problem;
  const classes = layers.at(-1)?.outputs ?? 1;
  const hot = new Float32Array(batch * classes);
  for (const [row, label] of labels.entries()) hot[row * classes + label] = 1;
  const x = np.array(problem.x).reshape([batch, problem.x.length / batch]);
  const y = np.array(hot).reshape([batch, classes]);

  const loss = (params: Params, rows: JaxArray, targets: JaxArray) => {
    let h = rows;
    for (let at = 0; at < params.length; at += 2) {
      h = np.matmul(h, params[at] as JaxArray).add(params[at + 1] as JaxArray);
      if (at + 2 < params.length) h = nn.relu(h);
    }
    return nn
      .logSoftmax(h, -1)
      .mul(targets)
      .sum()
      .mul(-1 / batch);
  };

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

  const zeros = () =>
    layers.flatMap((one) => [np.zeros([one.inputs, one.outputs]), np.zeros([one.outputs])]);
  const begin = layers.flatMap((one) => [
    np.array(one.w).reshape([one.inputs, one.outputs]),
    np.zeros([one.outputs]),
  ]);
  let state: State = optimizer === "adam" ? [begin, zeros(), zeros()] : [begin];
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
      for (let i = 0; i < checkedSteps; i++) {
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
