import { concat, moveAxis, type Node, reshape, type Variable } from "@metrigrad/graph";
import { type AnyModule, applyModel, type NodeTree, nodesOf } from "@metrigrad/nn";
import { rowsOf } from "../core/rowsOf.ts";

/**
 * Returns the rows J_s'c of every sample s and each of its cotangents, [n·k, P].
 *
 * J = ∂o/∂θ is the Jacobian of the model's output o over all P parameters, and c [n, k, …] are the cotangents in each
 * leaf of o. If c is ∂ ln p/∂o, the rows are the scores of the samples. It is one pullback, batched over the k
 * cotangents and over the samples.
 */
export function scoreRows(
  model: AnyModule,
  x: NodeTree,
  cotangents: readonly Node[],
  variables: readonly Variable[],
): Node {
  const respond = (one: NodeTree) =>
    nodesOf(applyModel(model as never, one as never).output as NodeTree);
  const columns = cotangents.map((one) => moveAxis(one, 1, 0));
  const rows = concat(rowsOf(respond, x, columns, variables), 2);
  return reshape(rows, [-1, rows.shape[2] as number]);
}
