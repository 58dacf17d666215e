import type { Node } from "@metrigrad/graph";
import type { AnyLaw, NodeTree } from "@metrigrad/nn";
import type { NestedArray, Tensor } from "@metrigrad/tensor";
import type { PointSampler } from "../points/sampler.ts";

/** Where the points of a part come from: a sampler, or values [n, …] that stay the same. */
export type PointSource = PointSampler | Tensor | readonly NestedArray[];

/** Points, or several kinds of values for each point by name: `{ x, y }`. */
export type Points = PointSource | { readonly [name: string]: Points };

/** Points as nodes of a graph. */
export type PointNodes<A> = A extends PointSource
  ? Node
  : { readonly [K in keyof A]: PointNodes<A[K]> };

/** A model as a function in a graph. */
export type Field = (x: Node) => Node;

/** One part of a problem: what it is to be at its points, and how much that counts. */
export interface ProblemPart<A extends Points = Points, U = Field> {
  /** The points: a sampler, values [n, …], or a record of them. */
  readonly at: A;
  /**
   * The response at the points: the residual r, [n] or [n, m], or what the part's law is about. Derivatives of u by its inputs may be
   * in it.
   */
  readonly of: (u: U, at: PointNodes<A>) => NodeTree;
  /** How much it counts in the loss, 1 by default; that of a residual is 1/σ². */
  readonly weight?: number;
  /** Steps after which its points are drawn anew; 0, the default: never. */
  readonly resample?: number;
  /** The law of `targets` around the response; without it the response is a residual. */
  readonly law?: AnyLaw;
  /** What is observed at the points, where there is a law. */
  readonly targets?: (at: PointNodes<A>) => NodeTree;
}

/** A part of any points and model. */
// biome-ignore lint/suspicious/noExplicitAny: no narrower type takes all parts.
export type AnyPart = ProblemPart<any, any>;
