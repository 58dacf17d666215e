import type { FloatType } from "@metrigrad/tensor";
import type { SolveDamping } from "./dampedSolve.ts";

/** Where a parameter lies among the P elements. */
export type Range = readonly [begin: number, end: number];

/** What a matrix [P, P] over all parameters can do, in flat float64 vectors on the host. */
export interface Whole {
  /** Precision of the store. */
  readonly float: FloatType;
  /** What `solve` does by default. */
  readonly method: "direct" | "conjugate gradients";
  /** g v. */
  product(v: Float64Array): Promise<Float64Array>;
  /** g, row-major. */
  dense(): Promise<Float64Array>;
  /** Some rows and columns of g. */
  block(rows: Range, columns: Range): Promise<Float64Array>;
  /** Eigenvalues in ascending order where they come cheaper than from g, or null. */
  readonly spectrum: (() => Promise<Float64Array>) | null;
  trace(): Promise<number>;
  /** (g + λI)⁻¹v by factoring. */
  solve(v: Float64Array, damping: SolveDamping): Promise<Float64Array>;
  close(): Promise<void>;
}
