import { fill, mul, type Node, scatterAdd } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/arguments.ts";
import type { Block } from "./block.ts";
import { diagonalBlock } from "./diagonal.ts";
import { checkWeight, type RowOptions, rowOptions, weighted } from "./rowWeights.ts";

/**
 * Options of {@link lookupGram}.
 *
 * @category Metrics: blocks
 */
export interface LookupOptions extends RowOptions {
  /** The shape of the table, [V, m]. */
  readonly shape: readonly [rows: number, m: number];
  /** The weights ν of each look-up in each column, [n, m]; null, the default, if all are 1. */
  readonly nu?: Node | null;
  /** The factor of the block, such as σ⁻²; 1 by default. */
  readonly weight?: number;
}

/**
 * Makes the metric of a table that is looked up, such as an embedding: (weight/samples) Σ_s w_s e_ie_i' ⊗ diag ν_s.
 *
 * e_i is the unit vector of the row i = i_s that look-up s takes. So it is the {@link sharedGram} or the
 * {@link unitGram} of one-hot rows, and it is diagonal. Without ν all columns share the counts [V, 1].
 *
 * @param indices - The indices of the rows, i32 [n]. They are clamped as `gather` clamps them.
 * @param options - The shape of the table, ν, the factor, the weights w of the look-ups and the number of samples.
 * @returns A diagonal block over the table [V, m].
 * @throws {@link ShapeError} if the indices are not i32 [n], if ν is not [n, m], or if the weights are not [n].
 * @throws {@link MetricError} for unknown options, and if the number of samples is not positive.
 * @category Metrics: blocks
 */
export function lookupGram(indices: Node, options: LookupOptions): Block {
  checkOptions("lookupGram", options, ["shape", "nu", "weight", "weights", "samples"]);
  const { shape, nu = null, weight = 1 } = options;
  checkWeight("lookupGram", weight);
  const [rows, m] = shape;
  const [n = 0] = indices.shape;
  if (indices.shape.length !== 1 || (nu !== null && showShape(nu.shape) !== showShape([n, m]))) {
    throw new ShapeError({
      where: "lookupGram",
      must: `indices must be [n] and weights [n, ${m}]`,
      got: `${showShape(indices.shape)} and ${nu === null ? "none" : showShape(nu.shape)}`,
      todo: "flatten the indices, one for each lookup",
    });
  }
  const { weights, share } = rowOptions("lookupGram", n, options);
  const counted = weighted(nu ?? fill([n, 1], 1), weights);
  const values = mul(scatterAdd(indices, counted, rows), weight * share);
  return diagonalBlock(values, { form: "lookupGram", m });
}
