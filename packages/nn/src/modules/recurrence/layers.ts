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

/** What some layers give. */
export interface RecurrentResult<S extends NodeTree> {
  /** h of all turns, [n, T, size]. */
  readonly output: Node;
  /** The state after the last turn, leaves [n, layers × directions, size]. */
  readonly state: S;
}

/** A layer in one direction; its extras are its last state. */
export type RecurrentLayer<S extends NodeTree> = Module<RecurrentInput<S>>;

/**
 * One layer in one direction. The product of the inputs with their weights is one product for all turns; the loop has
 * that of the state alone.
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

/** Layers one after the other, each in one direction or in two, whose outputs are side by side. */
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

function sideBySide(parts: readonly Node[], axis: number): Node {
  return parts.length === 1 ? (parts[0] as Node) : concat(parts, axis);
}
