import type { CopyUse, Use } from "@metrigrad/nn";

/** A way in which parameters act, as the key of a row: what it describes is every such use, whatever the module. */
export interface UseKind {
  readonly use: Exclude<Use["kind"], "free" | "copies">;
}

/** T = X̃W: dense layers, convolutions by patches, projections, gates. */
export const affineUses: UseKind = Object.freeze({ use: "affine" });

/** h = γ∘x̂ + β: scale and offset of normalisations. */
export const scaleUses: UseKind = Object.freeze({ use: "scale" });

/** Rows of a table by index: embeddings. */
export const lookupUses: UseKind = Object.freeze({ use: "lookup" });

/** T = X̃W by groups of columns with rows of their own: convolutions with groups. */
export const groupedUses: UseKind = Object.freeze({ use: "grouped" });

const kinds = { affine: affineUses, scale: scaleUses, lookup: lookupUses, grouped: groupedUses };

/** The kind of a use, that of each copy where there are several; null for a parameter that acts in another way. */
export function kindOf(use: Use): UseKind | null {
  const kind = use.kind === "copies" ? (use.each[0] as CopyUse).use.kind : use.kind;
  return kind === "free" ? null : kinds[kind];
}
