import { concat, type Node, reshape, transpose, type Variable, vjp, vmap } from "@metrigrad/graph";
import { applyModel, type Law, type Module } from "@metrigrad/nn";
import { ShapeError, showShape, sizeOf } from "@metrigrad/tensor";

/**
 * Rows R'J of every sample, [n·r, P]: J = ∂o/∂θ of the model's output o over all P parameters, and
 * RR' the Fisher information of the law in o. Their products add up to the whole model's,
 * Σ_s J_s'F(o_s)J_s. One pullback, batched over the r columns of R and over the samples.
 */
export function scoreRows(
  model: Module,
  law: Law,
  x: Node,
  variables: readonly Variable[],
): { readonly rows: Node; readonly perSample: number } {
  const size = variables.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const ofSample = (one: Node): Node => {
    const own = applyModel(model, reshape(one, [1, ...one.shape]));
    const bound = own.parameters.map(({ variable }) => variable);
    const wrt = variables.map(
      ({ attrs }) => bound.find((variable) => variable.attrs.name === attrs.name) as Variable,
    );
    const { output } = own;
    if (output.shape.length !== 2) {
      throw new ShapeError({
        where: "fisher",
        must: "the model's output must be [n, m]",
        got: showShape(output.shape),
        todo: "reshape it in the model",
      });
    }
    const row = (cotangent: Node) =>
      concat(
        vjp([output], wrt, [cotangent]).map((part) => reshape(part, [-1])),
        0,
      );
    const root = law.fisherRoot(output);
    const [, m = 0, r = 0] = root.shape;
    const columns = reshape(transpose(reshape(root, [m, r])), [r, 1, m]);
    return vmap(row)(columns);
  };
  const rows = vmap(ofSample)(x);
  const perSample = rows.shape[1] as number;
  return { rows: reshape(rows, [-1, size]), perSample };
}
