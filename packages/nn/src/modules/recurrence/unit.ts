import { fill, isNode, type Node } from "@metrigrad/graph";
import { mapTree, ShapeError, sameShape, sameTree, showShape, type Tree } from "@metrigrad/tensor";
import type { NodeTree } from "../../core/module.ts";
import { mapNodes } from "../../core/trees.ts";

/**
 * What the units of a recurrent module do in one turn.
 *
 * @category Models: layers
 */
export interface RecurrentUnit<S extends NodeTree> {
  /** The number of columns of the weights for each unit. */
  readonly gates: number;
  /** Whether the recurrent weights have a bias of their own in their last row. */
  readonly recurrentBias: boolean;
  /** The structure of the state, with names in the places of its values. */
  readonly form: Tree<string>;
  /**
   * Returns the state after a turn, with leaves [n, size]. It takes the product X̃W [n, gates·size] of the input, the state
   * before and the recurrent weights.
   */
  readonly next: (projected: Node, state: S, recurrent: Node) => S;
  /** Returns h, the output of a turn, [n, size]. */
  readonly output: (state: S) => Node;
}

/** Returns the state of zeros, with leaves of a shape. */
export function zeroState<S extends NodeTree>(
  { form }: RecurrentUnit<S>,
  shape: readonly number[],
): S {
  return mapTree(form, isName, () => fill(shape, 0)) as unknown as S;
}

/** Returns a state whose leaves have a shape. Throws ShapeError if they have another. */
export function checkState<S extends NodeTree>(
  where: string,
  { form }: RecurrentUnit<S>,
  state: S,
  shape: readonly number[],
): S {
  sameTree(form, state, (leaf) => isName(leaf) || isNode(leaf), `${where}, state`);
  return mapNodes(state, (leaf, path) => {
    if (sameShape(leaf.shape, shape)) return leaf;
    throw new ShapeError({
      where: path === "" ? `${where}, state` : `${where}, state ${path}`,
      must: `it must be ${showShape(shape)}`,
      got: showShape(leaf.shape),
      todo: "pass the state that it gave before, or leave it out for zeros",
    });
  });
}

function isName(leaf: unknown): leaf is string {
  return typeof leaf === "string";
}
