import type { FloatType } from "@metrigrad/tensor";
import type { SolveDamping } from "./dampedSolve.ts";

/** The place of a parameter among the P elements. */
export type Range = readonly [begin: number, end: number];

/** What a matrix [P, P] over all parameters can do, in flat float64 vectors on the host. */
export interface Whole {
  /** The precision of the store. */
  readonly float: FloatType;
  /** What `solve` does by default. */
  readonly method: "direct" | "conjugate gradients";
  /** Returns gv. */
  product(v: Float64Array): Promise<Float64Array>;
  /** Returns g, row-major. */
  dense(): Promise<Float64Array>;
  /** Returns some rows and columns of g. */
  block(rows: Range, columns: Range): Promise<Float64Array>;
  /** Returns the eigenvalues in ascending order; null if they are not cheaper than through g. */
  readonly spectrum: (() => Promise<Float64Array>) | null;
  trace(): Promise<number>;
  /** Returns (g + λI)⁻¹v by factoring. */
  solve(v: Float64Array, damping: SolveDamping): Promise<Float64Array>;
  close(): Promise<void>;
}
