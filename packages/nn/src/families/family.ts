import type { Node } from "@metrigrad/graph";
import type { Initializer, Shape } from "@metrigrad/tensor";

/**
 * Coordinates of a distribution: a value per sufficient statistic, by name. Natural and expectation parameters have this
 * form. A value has the shape of the batch and then that of the statistic, [b…, …].
 *
 * @category Laws: own laws
 */
export type Coordinates<K extends string = string> = Readonly<Record<K, Node>>;

/**
 * A system of coordinates for the members of a family.
 *
 * @category Laws: own laws
 */
export interface Chart<K extends string = string> {
  /** The initialiser of a new distribution, for each statistic. */
  readonly start: Readonly<Record<K, Initializer>>;
  /**
   * Tells whether there is a distribution with these coordinates.
   *
   * @param coordinates - The coordinates, with a batch [b…] in front.
   * @returns A bool for each distribution, [b…].
   */
  contains(coordinates: Coordinates<K>): Node;
}

/**
 * An exponential family p(x | η) = exp(⟨η, T(x)⟩ − A(η)).
 *
 * T(x) are the sufficient statistics, η the natural coordinates and m = E T(x) = ∂A/∂η the expectation coordinates. η and m
 * have one entry per statistic, under its name. The Fisher information is F = ∂²A/∂η² in η, and F⁻¹ in m. All functions
 * take batches of distributions, with axes [b…] in front.
 *
 * @category Laws: own laws
 */
export interface Family<K extends string = string> {
  /** The name of the family in messages. */
  readonly name: string;
  /** The shape of each statistic, without the batch. */
  readonly shapes: Readonly<Record<K, Shape>>;
  /** The natural coordinates η. */
  readonly natural: Chart<K>;
  /** The expectation coordinates m; null if η has no closed form in m. */
  readonly expectation: Chart<K> | null;
  /**
   * Returns the log-partition function A(η).
   *
   * @param natural - The natural coordinates η.
   * @returns A(η) of each distribution, [b…].
   */
  logPartition(natural: Coordinates<K>): Node;
  /**
   * Returns the expectation coordinates of natural ones.
   *
   * @param natural - The natural coordinates η.
   * @returns The expectation coordinates m = ∂A/∂η.
   */
  toExpectation(natural: Coordinates<K>): Coordinates<K>;
  /**
   * Returns the natural coordinates of expectation ones. It throws GraphError if the family has no closed form for them.
   *
   * @param expectation - The expectation coordinates m.
   * @returns The natural coordinates η.
   */
  toNatural(expectation: Coordinates<K>): Coordinates<K>;
  /**
   * Returns the sufficient statistics T(x).
   *
   * @param x - Draws: the batch and then the shape of a draw, [b…, …].
   * @returns A value per statistic.
   */
  statistics(x: Node): Coordinates<K>;
  /**
   * Returns ln p(x | η).
   *
   * @param x - Draws: the batch and then the shape of a draw, [b…, …].
   * @param natural - The natural coordinates η.
   * @returns The log-density in nats, [b…].
   */
  logProb(x: Node, natural: Coordinates<K>): Node;
  /**
   * Returns the entropy −E ln p.
   *
   * @param natural - The natural coordinates η.
   * @returns The entropy in nats, [b…].
   */
  entropy(natural: Coordinates<K>): Node;
  /**
   * Returns the divergence KL(p_η ‖ p_other).
   *
   * @param natural - The natural coordinates η.
   * @param other - The natural coordinates of the other distribution.
   * @returns The divergence in nats, [b…].
   */
  kl(natural: Coordinates<K>, other: Coordinates<K>): Node;
  /**
   * Draws from each distribution. Draws of Gaussians carry gradients: they are μ + Rε with RR′ = S. Draws of gamma,
   * Dirichlet and categorical distributions carry none.
   *
   * @param natural - The natural coordinates η.
   * @param key - A path. Equal keys give equal draws within a run.
   * @param count - The number of draws of each distribution, on a new first axis; without it one draw and no such axis.
   * @returns The draws: the batch and then the shape of a draw, [b…, …] or [count, b…, …].
   */
  sample(natural: Coordinates<K>, key: string, count?: number): Node;
  /**
   * Returns the product Fv. It turns a gradient by m into a gradient by η.
   *
   * @param natural - The natural coordinates η.
   * @param v - A vector, a value per statistic.
   * @returns Fv, a value per statistic.
   */
  metric(natural: Coordinates<K>, v: Coordinates<K>): Coordinates<K>;
  /**
   * Returns the product F⁻¹g. It turns a gradient by η into a gradient by m, which is the natural gradient by η (Khan and
   * Rue 2023, arXiv 2107.04562).
   *
   * @param natural - The natural coordinates η.
   * @param g - A gradient by η, a value per statistic.
   * @returns F⁻¹g, a value per statistic.
   */
  solve(natural: Coordinates<K>, g: Coordinates<K>): Coordinates<K>;
}
