import {
  affine,
  concat,
  expandDims,
  moveAxis,
  type Node,
  reshape,
  scan,
  slice,
} from "@metrigrad/graph";
import type { ApplyContext, Module, NodeTree } from "../../core/module.ts";
import { mapNodes, nodesOf } from "../../core/trees.ts";
import type { RecurrentInput, WithState } from "./input.ts";
import type { RecurrentUnit } from "./unit.ts";

/**
 * The outputs and the last state of recurrent layers.
 *
 * @category Models: layers
 */
export interface RecurrentResult<S extends NodeTree> {
  /** The outputs h of all turns, [n, T, size], or [n, T, 2·size] with two directions. */
  readonly output: Node;
  /** The state after the last turn, with leaves [n, layers × directions, size]. */
  readonly state: S;
}

/**
 * A recurrent layer in one direction. Its extras are its last state.
 *
 * @category Models: layers
 */
export type RecurrentLayer<S extends NodeTree> = Module<RecurrentInput<S>>;

/**
 * Applies one layer in one direction. The inputs of all turns are multiplied by their weights in one product. The loop only
 * multiplies the state.
 */
export function oneLayer<S extends NodeTree>(
  unit: RecurrentUnit<S>,
  weights: { readonly input: Node; readonly recurrent: Node },
  { x, state }: Required<WithState<S>>,
  reverse: boolean,
): RecurrentResult<S> {
  const projected = moveAxis(affine(x, weights.input), 1, 0);
  const begin = mapNodes(state, (leaf) => reshape(leaf, [leaf.shape[0] as number, -1]));
  const cell = (before: S, now: Node) => {
    const next = unit.next(now, before, weights.recurrent);
    return { carry: next, y: unit.output(next) };
  };
  const { carry, ys } = scan<NodeTree, Node, Node>(cell as never, begin, projected, { reverse });
  return {
    output: moveAxis(ys as Node, 0, 1),
    state: mapNodes(carry as unknown as S, (leaf) => expandDims(leaf, 1)),
  };
}

/** Applies layers one after the other, each in one direction or in two directions with their outputs side by side. */
export function manyLayers<S extends NodeTree>(
  layers: readonly (readonly RecurrentLayer<S>[])[],
  between: Module | null,
  { x, state }: Required<WithState<S>>,
  { call, applied }: Pick<ApplyContext, "call" | "applied">,
): RecurrentResult<S> {
  const states: S[] = [];
  let h = x;
  for (const [depth, directions] of layers.entries()) {
    const input = depth === 0 || between === null ? h : call(between, h);
    const outputs = directions.map((layer) => {
      const at = states.length;
      const own = mapNodes(state, (leaf) => slice(leaf, [null, [at, at + 1]]));
      const { response, extras } = applied(layer, { x: input, state: own });
      states.push(extras as S);
      return response;
    });
    h = sideBySide(outputs, 2);
  }
  const leaves = states.map(nodesOf);
  let leaf = 0;
  const all = mapNodes(states[0] as S, () => {
    const at = leaf++;
    return sideBySide(
      leaves.map((list) => list[at] as Node),
      1,
    );
  });
  return { output: h, state: all };
}

/** Returns values joined along an axis. */
function sideBySide(parts: readonly Node[], axis: number): Node {
  return parts.length === 1 ? (parts[0] as Node) : concat(parts, axis);
}
