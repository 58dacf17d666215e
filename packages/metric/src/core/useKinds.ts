import type { CopyUse, Use } from "@metrigrad/nn";

/**
 * A kind of use, a way in which parameters act. A row for it describes every such use, whatever the module.
 *
 * @category Metrics: own metrics
 */
export interface UseKind {
  /** The name of the way. */
  readonly use: Exclude<Use["kind"], "free" | "copies">;
}

/**
 * The uses T = X̃W: dense layers, convolutions as products of patches, projections, gates.
 *
 * @category Metrics: own metrics
 */
export const affineUses: UseKind = Object.freeze({ use: "affine" });

/**
 * The uses h = γ∘x̂ + β: scale and offset of normalisations.
 *
 * @category Metrics: own metrics
 */
export const scaleUses: UseKind = Object.freeze({ use: "scale" });

/**
 * The uses of rows of a table by index, such as embeddings.
 *
 * @category Metrics: own metrics
 */
export const lookupUses: UseKind = Object.freeze({ use: "lookup" });

/**
 * The uses T = X̃W by groups of columns, each with its own rows: convolutions with groups.
 *
 * @category Metrics: own metrics
 */
export const groupedUses: UseKind = Object.freeze({ use: "grouped" });

const kinds = { affine: affineUses, scale: scaleUses, lookup: lookupUses, grouped: groupedUses };

/** Returns the kind of a use; for copies the kind of each copy; null for a parameter that acts in another way. */
export function kindOf(use: Use): UseKind | null {
  const kind = use.kind === "copies" ? (use.each[0] as CopyUse).use.kind : use.kind;
  return kind === "free" ? null : kinds[kind];
}
