import type { Node } from "@metrigrad/graph";
import type { Initializer, Shape } from "@metrigrad/tensor";

/** A value per sufficient statistic, by name: natural or expectation parameters, [b…, shape of the statistic]. */
export type Coordinates<K extends string = string> = Readonly<Record<K, Node>>;

/** Coordinates in which the members of a family are written. */
export interface Chart<K extends string = string> {
  /** Where a new distribution begins, for each statistic. */
  readonly start: Readonly<Record<K, Initializer>>;
  /** Whether there is a distribution with these coordinates, bool [b…]. */
  contains(coordinates: Coordinates<K>): Node;
}

/**
 * An exponential family p(x | η) = exp(⟨η, T(x)⟩ − A(η)) with natural coordinates η, statistics T(x) and expectation
 * coordinates m = E T(x) = ∂A/∂η. Both have one entry per statistic, under its name. Its Fisher information is
 * F = ∂²A/∂η² in η and F⁻¹ in m. All functions take batches of distributions, [b…] in front.
 */
export interface Family<K extends string = string> {
  readonly name: string;
  /** Shapes of the statistics. */
  readonly shapes: Readonly<Record<K, Shape>>;
  /** η. */
  readonly natural: Chart<K>;
  /** m; null where η is no closed form of m. */
  readonly expectation: Chart<K> | null;
  /** A(η), [b…]. */
  logPartition(natural: Coordinates<K>): Node;
  /** m of η. */
  toExpectation(natural: Coordinates<K>): Coordinates<K>;
  /** η of m. Throws GraphError where that is no closed form. */
  toNatural(expectation: Coordinates<K>): Coordinates<K>;
  /** T(x) for x [b…, shape of a draw]. */
  statistics(x: Node): Coordinates<K>;
  /** ln p(x | η) in nats, [b…]. */
  logProb(x: Node, natural: Coordinates<K>): Node;
  /** −E ln p in nats, [b…]. */
  entropy(natural: Coordinates<K>): Node;
  /** KL(p_η ‖ p_other) in nats, [b…]. */
  kl(natural: Coordinates<K>, other: Coordinates<K>): Node;
  /**
   * A draw of each distribution, [b…, shape of a draw]; with `count` so many, on an axis in front. Equal keys give equal draws.
   * Draws of Gaussians carry gradients, by μ + Rε with RR′ = S.
   */
  sample(natural: Coordinates<K>, key: string, count?: number): Node;
  /** F v. A gradient in m becomes one in η. */
  metric(natural: Coordinates<K>, v: Coordinates<K>): Coordinates<K>;
  /** F⁻¹g. A gradient in η becomes one in m, which is the natural gradient in η (Khan and Rue 2023, arXiv 2107.04562). */
  solve(natural: Coordinates<K>, g: Coordinates<K>): Coordinates<K>;
}
