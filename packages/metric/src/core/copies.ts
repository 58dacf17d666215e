import type { Variable } from "@metrigrad/graph";
import type { CopiesUse, CopyUse, Use } from "@metrigrad/nn";
import { sizeOf } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { directSum } from "../blocks/directSum.ts";
import { responsesOf } from "./context.ts";
import type { BlockOf, Metric, MetricContext } from "./defMetric.ts";

/**
 * Returns the blocks that a row states for a use. For copies it is one block over all, with each copy described as
 * the module alone.
 */
export function blocksOfUse(row: Metric, context: MetricContext, use: Use): readonly BlockOf[] {
  if (use.kind !== "copies") return row.block(context, use);
  const all = use.each.map((copy) => {
    const own = ofCopy(context, copy);
    return { own, use: copy.use as Use, made: row.block(own, copy.use as Use) };
  });
  return (all[0]?.made ?? []).map(({ params }, at): BlockOf => {
    const stacked = stackedOf(params, use);
    const blocks = all.flatMap(({ made }) => made[at]?.block ?? []);
    return {
      params: stacked,
      block: blocks.length < all.length ? null : copiesBlock(blocks, stacked),
      responses: () =>
        all.flatMap(
          ({ own, use: one, made }) => made[at]?.responses?.() ?? responsesOf(row, own, one),
        ),
    };
  });
}

/** Makes the direct sum of the blocks of copies over stacked parameters [copies, …]. */
export function copiesBlock(blocks: readonly Block[], parameters: readonly Variable[]): Block {
  const width = blocks.length * (blocks[0] as Block).m;
  return directSum(
    blocks,
    parameters.map(({ shape }) => sizeOf(shape) / width),
  );
}

/** Returns the stacked parameters that a copy has slices of. */
function stackedOf(params: readonly Variable[], { each, parameters }: CopiesUse): Variable[] {
  const slices: readonly Variable[] = (each[0] as CopyUse).use.parameters;
  return params.map((one) => parameters[slices.indexOf(one)] ?? one);
}

/** Returns the application as that of the module in one copy, with its own response, which is not observed. */
function ofCopy(context: MetricContext, { use, response }: CopyUse): MetricContext {
  const own = { preActivation: use.outputs, response, uses: [use as Use], law: null };
  const application = { ...context.application, ...own, observed: () => [] };
  return { ...context, ...own, application };
}
