import type { Node } from "@metrigrad/graph";
import type { AnyLaw, NodeTree } from "@metrigrad/nn";
import type { NestedArray, Tensor } from "@metrigrad/tensor";
import type { PointSampler } from "../points/sampler.ts";

/**
 * The source of the points of a part: a sampler, or values [n, …] that stay the same.
 *
 * @category Residuals and differential equations
 */
export type PointSource = PointSampler | Tensor | readonly NestedArray[];

/**
 * The points of a part: one source, or a record of several kinds of values for each point, such as `{ x, y }`.
 *
 * @category Residuals and differential equations
 */
export type Points = PointSource | { readonly [name: string]: Points };

/**
 * The type of points as nodes of a graph.
 *
 * @category Residuals and differential equations
 */
export type PointNodes<A> = A extends PointSource
  ? Node
  : { readonly [K in keyof A]: PointNodes<A[K]> };

/**
 * A model as a function of nodes, from points [n, d] to values.
 *
 * @category Residuals and differential equations
 */
export type Field = (x: Node) => Node;

/**
 * One part of a problem: its points, its response there, and its weight.
 *
 * @category Residuals and differential equations
 */
export interface ProblemPart<A extends Points = Points, U = Field> {
  /** The points: a sampler, values [n, …], or a record of them. */
  readonly at: A;
  /**
   * Returns the response at the points: the residual r, [n] or [n, m], or the parameters of the part's law. It may
   * use derivatives of the model u by its inputs.
   */
  readonly of: (u: U, at: PointNodes<A>) => NodeTree;
  /** The weight of the part in the loss; 1 by default. For a residual with standard deviation σ it is 1/σ². */
  readonly weight?: number;
  /** The number of steps after which the points are drawn anew; 0 by default, which means never. */
  readonly resample?: number;
  /** The law of `targets` given the response. Without a law the response is a residual. */
  readonly law?: AnyLaw;
  /** Returns the observed values at the points. It is required with a law, and absent without one. */
  readonly targets?: (at: PointNodes<A>) => NodeTree;
}

/**
 * The type of a part with any points and any model.
 *
 * @category Residuals and differential equations
 */
// biome-ignore lint/suspicious/noExplicitAny: no narrower type takes all parts.
export type AnyPart = ProblemPart<any, any>;
