import { type Node, reshape, type Variable, vjp, vmap } from "@metrigrad/graph";
import { mapNodes, type NodeTree, nodesOf } from "@metrigrad/nn";

/**
 * Returns the rows R'J of every sample, [n, r, size] per parameter, with J = ∂h/∂θ of one sample's responses over the
 * flattened parameter.
 *
 * `respond` gives the responses to an input of one sample, [1, …]. `columns` are those of R in each response,
 * [r, n, …]. It is one pullback, batched over columns and samples.
 */
export function rowsOf(
  respond: (x: NodeTree) => readonly Node[],
  x: NodeTree,
  columns: readonly Node[],
  parameters: readonly Variable[],
): readonly Node[] {
  const inputs = nodesOf(x);
  const ofSample = (...args: readonly Node[]): readonly Node[] => {
    let at = 0;
    const one = mapNodes(x, () => {
      const leaf = args[at++] as Node;
      return reshape(leaf, [1, ...leaf.shape]);
    });
    const responses = respond(one);
    const own = args.slice(inputs.length);
    const row = (...column: readonly Node[]) => {
      const given = column.map((part, k) => reshape(part, (responses[k] as Node).shape));
      return vjp(responses, parameters, given).map((part) => reshape(part, [-1]));
    };
    return vmap(row as (...nodes: Node[]) => readonly Node[])(...own);
  };
  const inAxes = [...inputs.map(() => 0), ...columns.map(() => 1)];
  return vmap(ofSample as (...nodes: Node[]) => readonly Node[], { inAxes })(...inputs, ...columns);
}
