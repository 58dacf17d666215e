import type { Variable } from "@metrigrad/graph";
import type { Application } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { addBlocks } from "../core/addBlocks.ts";
import { blockOfUse, type Layer } from "./affine.ts";

/** The sum of the blocks of several uses of the same parameters. */
export function addedBlock(layers: readonly Layer[], blockOf: (layer: Layer) => Block): Block {
  const blocks = layers.map((layer) => blockOfUse(layer.use, blockOf(layer)).block as Block);
  return addBlocks(blocks) as Block;
}

/**
 * Whether parameters act in no other way than in a group of affine uses. What is looked up or scales too, such as an
 * embedding that is tied to the last layer, is left to the rows of the table, where the blocks of all uses add up.
 */
export function actAlone(
  [{ use }]: readonly [Layer, ...Layer[]],
  applications: readonly Application[],
): boolean {
  const own: readonly Variable[] = use.parameters;
  return applications.every(({ uses }) =>
    uses.every((one) => {
      const parameters: readonly Variable[] = one.parameters;
      const apart = parameters.every((param) => !own.includes(param));
      return apart || (one.kind === "affine" && sameList(parameters, own));
    }),
  );
}

/** Layers by the parameters that they use, in the order of first use. Throws MetricError where sets overlap. */
export function byParameters(layers: readonly Layer[]): readonly (readonly [Layer, ...Layer[]])[] {
  const groups = new Map<Variable, Layer[]>();
  for (const layer of layers) {
    const [w] = layer.use.parameters;
    const group = groups.get(w);
    if (group === undefined) groups.set(w, [layer]);
    else if (sameParameters(group[0] as Layer, layer)) group.push(layer);
    else throw apart(layer);
  }
  return [...groups.values()] as unknown as readonly (readonly [Layer, ...Layer[]])[];
}

function sameParameters(a: Layer, b: Layer): boolean {
  return sameList(a.use.parameters, b.use.parameters);
}

function sameList(left: readonly Variable[], right: readonly Variable[]): boolean {
  return left.length === right.length && left.every((one, at) => one === right[at]);
}

function apart({ application, use }: Layer): MetricError {
  return new MetricError({
    where: `metric of ${application.pathOf(use.parameters[0])}`,
    must: "all uses of a weight must have the same bias",
    got: `another one in ${application.path}`,
    todo: "use linearRows or neuronRows for this model, which take weights and biases apart",
  });
}
