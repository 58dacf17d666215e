import { concat, type Node, reshape, type Variable, vjp, vmap } from "@metrigrad/graph";
import { applyModel, type Module } from "@metrigrad/nn";
import { sizeOf } from "@metrigrad/tensor";

/**
 * Rows J_s'c of every sample s and each of its cotangents, [n·k, P]: J = ∂o/∂θ of the model's output o
 * over all P parameters, c [n, k, m] in o. Where c is ∂ ln p/∂o they are the scores of the samples.
 * One pullback, batched over the k cotangents and over the samples.
 */
export function scoreRows(
  model: Module,
  x: Node,
  cotangents: Node,
  variables: readonly Variable[],
): Node {
  const size = variables.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const ofSample = (one: Node, own: Node): Node => {
    const { output } = applyModel(model, reshape(one, [1, ...one.shape]));
    const row = (cotangent: Node) =>
      concat(
        vjp([output], variables, [reshape(cotangent, output.shape)]).map((part) =>
          reshape(part, [-1]),
        ),
        0,
      );
    return vmap(row)(own);
  };
  return reshape(vmap(ofSample)(x, cotangents), [-1, size]);
}
