import { type Node, reshape, type Variable, vjp, vmap } from "@metrigrad/graph";

/**
 * Rows R'J of every sample, [n, r, size] per parameter: J = ∂h/∂θ of one sample's response over the
 * flattened parameter. `respond` gives the response to rows x [1, …]; columns are those of R,
 * [r, n, …] like it. One pullback, batched over columns and samples.
 */
export function rowsOf(
  respond: (x: Node) => Node,
  x: Node,
  columns: Node,
  parameters: readonly Variable[],
): readonly Node[] {
  const ofSample = (one: Node, own: Node): readonly Node[] => {
    const response = respond(reshape(one, [1, ...one.shape]));
    const row = (column: Node) =>
      vjp([response], parameters, [reshape(column, response.shape)]).map((part) =>
        reshape(part, [-1]),
      );
    return vmap(row)(own);
  };
  return vmap(ofSample, { inAxes: [0, 1] })(x, columns);
}
