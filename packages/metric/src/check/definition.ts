/** The Fisher information of a response by its definition, without the metric's closed form. */
export interface Definition {
  /** How: "enumeration", "Gauss–Hermite quadrature" or "the law's Fisher information". */
  readonly name: string;
  /** By how much probabilities do not sum to 1 and scores not to 0; null where they are not summed. */
  readonly defect: number | null;
  /** E[∂_a l ∂_b l] for all pairs of directions, row-major; null: of all elements. */
  fisher(directions: readonly Float64Array[] | null): Promise<Float64Array>;
  /** lim KL(p_θ ‖ p_θ+εδ)·2/ε² along δ; null where there is no way to it. */
  readonly divergence: ((delta: Float64Array) => Promise<number>) | null;
  close(): Promise<void>;
}
