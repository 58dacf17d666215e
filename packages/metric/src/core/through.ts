import type { Node } from "@metrigrad/graph";

/**
 * The values through which a loss reaches parameters, as rows of the Jacobian see them.
 *
 * @category Metrics: own metrics
 */
export interface Through {
  /** The values. */
  readonly values: readonly Node[];
  /** Returns c [rows, 1] with ∂L/∂θ = X'c, from ∂L/∂value for each value. */
  readonly rows: (cotangents: readonly Node[]) => Node;
}
