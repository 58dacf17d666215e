import type { Node, Update } from "@metrigrad/graph";
import type { MakeSlot } from "./slots.ts";

/** What a step from one accepted point to the next shows of the curvature. */
export interface CurvaturePair {
  /** The step θ₊ − θ, [P]. */
  readonly s: Node;
  /** The change of the gradient, [P]. */
  readonly y: Node;
  /** s'y, a scalar. */
  readonly sy: Node;
  /** s'Bs with B = H⁻¹ of the step's direction: −t s'∇L(θ), a scalar. */
  readonly sBs: Node;
  /** Whether it is taken in, a bool scalar: s'y > 0, and beyond rounding. */
  readonly taken: Node;
}

/** An inverse Hessian after an evaluation. */
export interface NextInverse {
  /** H g, [P]. */
  readonly image: Node;
  /** Whether nothing is known of the curvature: H is a multiple of I; a bool scalar. */
  readonly empty: Node;
  /** The updates of its slots; where `forget`, a bool scalar, is true it begins anew. */
  updates(forget: Node): readonly Update[];
}

/** An approximation H of the inverse Hessian on the device, kept in slots. */
export interface InverseHessian {
  /** Whether nothing is known of the curvature before the step, a bool scalar. */
  readonly empty: Node;
  /**
   * Takes in a pair, or forgets all, and is applied to a gradient.
   * @param pair - The pair.
   * @param forget - Whether it begins anew instead, a bool scalar.
   * @param gradient - [P].
   * @returns H g, and what becomes of the slots
   */
  next(pair: CurvaturePair, forget: Node, gradient: Node): NextInverse;
}

/** Makes the inverse Hessian of P parameters. */
export type MakeInverse = (size: number, slot: MakeSlot) => InverseHessian;
