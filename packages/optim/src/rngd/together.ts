import type { Node, Variable } from "@metrigrad/graph";
import { type Block, packed, unpacked } from "@metrigrad/metric";

/** A parameter and the direction in which it moves. */
export type Direction = readonly [Variable, Node];

/** The directions of a block's parameters: `solve` for the columns that their gradients make. */
export function solvedTogether(
  block: Block,
  params: readonly Variable[],
  gradients: readonly Node[],
  solve: (columns: Node) => Node,
): Direction[] {
  const solved = solve(packed(block, gradients));
  const parts = unpacked(
    solved,
    params.map(({ shape }) => shape),
  );
  return params.map((variable, index) => [variable, parts[index] as Node]);
}
