import type { Node, Update } from "@metrigrad/graph";
import type { MakeSlot } from "./slots.ts";

/** What the step from one accepted point to the next shows of the curvature. */
export interface CurvaturePair {
  /** The step θ₊ − θ, [P]. */
  readonly s: Node;
  /** The change of the gradient, [P]. */
  readonly y: Node;
  /** The product s'y, a scalar. */
  readonly sy: Node;
  /** The product s'Bs with B = H⁻¹ of the step's direction: −t s'∇L(θ), a scalar. */
  readonly sBs: Node;
  /** Whether the pair is used, a bool scalar: s'y must be positive, beyond rounding. */
  readonly taken: Node;
}

/** An inverse Hessian after an evaluation. */
export interface NextInverse {
  /** The product H g, [P]. */
  readonly image: Node;
  /** Whether nothing is known of the curvature, so that H is a multiple of I; a bool scalar. */
  readonly empty: Node;
  /** Returns the updates of its slots. If `forget`, a bool scalar, is true, H begins anew. */
  updates(forget: Node): readonly Update[];
}

/** An approximation H of the inverse Hessian on the device, kept in slots. */
export interface InverseHessian {
  /** Whether nothing is known of the curvature before the step, a bool scalar. */
  readonly empty: Node;
  /**
   * Uses a pair, or forgets all pairs, and then multiplies H by a gradient.
   *
   * @param pair - The pair.
   * @param forget - Whether H begins anew, a bool scalar.
   * @param gradient - The gradient g, [P].
   * @returns The product H g, and the updates of the slots.
   */
  next(pair: CurvaturePair, forget: Node, gradient: Node): NextInverse;
}

/** Makes the inverse Hessian of P parameters. */
export type MakeInverse = (size: number, slot: MakeSlot) => InverseHessian;
