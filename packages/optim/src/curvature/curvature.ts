import type { Node } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import type { OptimizerContext } from "../core/optimizer.ts";
import type { ChainDirections, ChainStep } from "../core/step.ts";

/**
 * A direction a and its image under a curvature C: a'Cb is the inner product of the `along` of a and the `image` of
 * b.
 *
 * @category Optimizers: natural gradients
 */
export interface Curved {
  /** The direction, as a list of values. */
  readonly along: readonly Node[];
  /** Its image, as a list of values of the same shapes. */
  readonly image: readonly Node[];
}

/**
 * The matrix C of a quadratic model of the data term, L(θ + δ) ≈ L + δ'∇L + ½δ'Cδ, without damping.
 *
 * @category Optimizers: natural gradients
 */
export interface Curvature {
  /** The name, for records. */
  readonly name: string;
  /**
   * Prepares products with directions of a step. Throws GraphError for a step that does not fit.
   *
   * @param where - The name of the caller, for errors.
   * @param step - The step on its way through the chain.
   * @param context - The graph of the training step.
   * @returns A function from directions to their images.
   */
  of(
    where: string,
    step: ChainStep,
    context: OptimizerContext,
  ): (directions: ChainDirections) => Curved;
}

/** Throws GraphError if the value is not a curvature. */
export function checkCurvature(where: string, curvature: Curvature): void {
  if (typeof curvature?.of === "function") return;
  throw new GraphError({
    where,
    must: "curvature must be a curvature",
    got: String(curvature),
    todo: "pass gaussNewtonCurvature or metricCurvature",
  });
}
