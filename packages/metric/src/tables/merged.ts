import type { Variable } from "@metrigrad/graph";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { addBlocks } from "../core/addBlocks.ts";
import { blockOfUse, type Layer } from "./affine.ts";

/** The sum of the blocks of several uses of the same parameters. */
export function addedBlock(layers: readonly Layer[], blockOf: (layer: Layer) => Block): Block {
  const blocks = layers.map((layer) => blockOfUse(layer.use, blockOf(layer)).block as Block);
  return addBlocks(blocks) as Block;
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
  const [left, right] = [a.use.parameters, b.use.parameters];
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
