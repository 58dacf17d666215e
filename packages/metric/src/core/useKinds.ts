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

/** The kind of a use, that of each copy where there are several; null for a parameter that acts in another way. */
export function kindOf(use: Use): UseKind | null {
  if (use.kind === "copies") return kindOf((use.each[0] as CopyUse).use as Use);
  const { kind } = use;
  if (kind === "affine") return affineUses;
  if (kind === "scale") return scaleUses;
  return kind === "lookup" ? lookupUses : null;
}
