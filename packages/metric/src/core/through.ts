import type { Node } from "@metrigrad/graph";

/** Values through which a loss reaches parameters, as rows of the Jacobian see them. */
export interface Through {
  readonly values: readonly Node[];
  /** c [rows, 1] with ∂L/∂θ = X'c, of ∂L/∂value for each value. */
  readonly rows: (cotangents: readonly Node[]) => Node;
}
