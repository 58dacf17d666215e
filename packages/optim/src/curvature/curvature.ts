import type { Node } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import type { OptimizerContext } from "../core/optimizer.ts";
import type { ChainDirections, ChainStep } from "../core/step.ts";

/** A direction a and its image: a'Cb is the inner product of one's `along` and the other's `image`. */
export interface Curved {
  readonly along: readonly Node[];
  readonly image: readonly Node[];
}

/** The matrix C of a quadratic model of the data term, L(θ + δ) ≈ L + δ'∇L + ½δ'Cδ, without damping. */
export interface Curvature {
  readonly name: string;
  /** Prepares products with directions of a step. `where` is for errors. Throws GraphError. */
  of(
    where: string,
    step: ChainStep,
    context: OptimizerContext,
  ): (directions: ChainDirections) => Curved;
}

/** Throws GraphError for what is no curvature. */
export function checkCurvature(where: string, curvature: Curvature): void {
  if (typeof curvature?.of === "function") return;
  throw new GraphError({
    where,
    must: "curvature must be a curvature",
    got: String(curvature),
    todo: "pass gaussNewtonCurvature or metricCurvature",
  });
}
