import { fill, mul, type Node, scatterAdd } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/arguments.ts";
import type { Block } from "./block.ts";
import { diagonalBlock } from "./diagonal.ts";
import { type RowOptions, rowOptions, weighted } from "./rowWeights.ts";

/** What `lookupGram` takes beside indices. */
export interface LookupOptions extends RowOptions {
  /** Of the table [V, m]. */
  readonly shape: readonly [rows: number, m: number];
  /** ν [n, m], one weight per lookup and column; all alike by default. */
  readonly nu?: Node | null;
  /** Factor of the block, such as σ⁻²; 1 by default. */
  readonly weight?: number;
}

/**
 * (weight/samples) Σ_s w_s e_ie_i' ⊗ diag ν_s of n lookups i = i_s in a table [V, m], such as an embedding: with the one-hot
 * rows e_i it is the `sharedGram` or the `unitGram` of the table, which is diagonal. Without ν all columns share the counts
 * [V, 1]. Indices are i32 [n], clamped as by `gather`. Throws ShapeError and MetricError.
 */
export function lookupGram(indices: Node, options: LookupOptions): Block {
  checkOptions("lookupGram", options, ["shape", "nu", "weight", "weights", "samples"]);
  const { shape, nu = null, weight = 1 } = options;
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
