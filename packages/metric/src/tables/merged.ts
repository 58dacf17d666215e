import type { Variable } from "@metrigrad/graph";
import type { AffineUse, Application } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { addBlocks } from "../core/addBlocks.ts";
import { contextOf } from "../core/context.ts";
import { blockOfUse, type Layer, layerOf } from "./affine.ts";

/** Adds the blocks of several uses of the same parameters. */
export function addedBlock(layers: readonly Layer[], blockOf: (layer: Layer) => Block): Block {
  const blocks = layers.map((layer) => blockOfUse(layer.use, blockOf(layer)).block as Block);
  return addBlocks(blocks) as Block;
}

/**
 * Whether parameters act only in a group of affine uses.
 *
 * Parameters that are also looked up or scale values, such as an embedding that is tied to the last layer, are left
 * to the rows of the table. There the blocks of all uses add up.
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

/** The layers of copies in loops that belong to one set of stacked parameters. */
export interface CopiedLayers {
  /** The stacked parameters, [copies, …] each. */
  readonly parameters: readonly Variable[];
  /** The uses of each copy. */
  readonly copies: readonly (readonly Layer[])[];
}

/** Returns the affine uses of copies whose stacked parameters act in no other way, in the order of first use. */
export function copiedLayers(applications: readonly Application[]): readonly CopiedLayers[] {
  const found = new Map<Variable, { parameters: readonly Variable[]; copies: Layer[][] }>();
  const mixed = new Set<Variable>();
  for (const application of applications) {
    const context = { ...contextOf(application), routing: null };
    for (const use of application.uses) {
      const [first] = use.parameters as readonly [Variable];
      const group = found.get(first) ?? { parameters: use.parameters, copies: [] };
      const affine = use.kind === "copies" && use.each.every((one) => one.use.kind === "affine");
      if (!affine || !sameList(group.parameters, use.parameters)) {
        for (const one of [...group.parameters, ...use.parameters]) mixed.add(one);
        continue;
      }
      for (const [at, copy] of use.each.entries()) {
        const layer = layerOf(context, copy.use as AffineUse);
        group.copies[at] = [
          ...(group.copies[at] ?? []),
          { ...layer, copy: { stack: use.stack, at } },
        ];
      }
      found.set(first, group);
    }
  }
  return [...found.values()].filter(({ parameters }) => !parameters.some((one) => mixed.has(one)));
}

/** Groups layers by the parameters that they use, in the order of first use. Throws MetricError if sets overlap. */
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
