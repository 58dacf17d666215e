import type { Contestant } from "../../contestant.ts";
import { checkedSteps, type StepProblem } from "../../problems.ts";
import { crossEntropy, oneHot, type Params, trained } from "./train.ts";
import type { Jax, JaxArray } from "./types.ts";

/** A training step of a relu network; its parameters are weight, offsets, weight, … */
export async function stepOf(jax: Jax, problem: StepProblem): Promise<Contestant> {
  const { numpy: np, nn } = jax;
  const { batch, layers, learningRate, optimizer, labels, x } = problem;
  const loss = (params: Params, rows: JaxArray, targets: JaxArray) => {
    let h = rows;
    for (let at = 0; at < params.length; at += 2) {
      h = np.matmul(h, params[at] as JaxArray).add(params[at + 1] as JaxArray);
      if (at + 2 < params.length) h = nn.relu(h);
    }
    return crossEntropy(jax, h, targets);
  };
  return trained(jax, {
    ...{ optimizer, learningRate, checked: checkedSteps, loss },
    params: layers.flatMap((one) => [
      np.array(one.w).reshape([one.inputs, one.outputs]),
      np.zeros([one.outputs]),
    ]),
    x: np.array(x).reshape([batch, x.length / batch]),
    targets: oneHot(jax, labels, layers.at(-1)?.outputs ?? 1),
  });
}
