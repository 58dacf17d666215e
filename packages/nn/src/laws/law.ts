import type { Node } from "@metrigrad/graph";
import type { Tensor } from "@metrigrad/tensor";

/**
 * A response law p(y | h): the distribution of a response around the value that a module or model
 * puts out. All natural coordinates are those of h; rows are independent samples.
 */
export interface Law {
  readonly name: string;
  /** ln p(y | h) per row: y as `sample` gives it, h [n, m] → [n], in nats. Throws ShapeError. */
  logProb(y: Node, h: Node): Node;
  /** Draws y for every row of h; `key` is a path, equal keys give equal draws within a run. */
  sample(h: Node, key: string): Node;
  /** E[∂ ln p ∂ ln p'] in h, per row: [n, m, m]. */
  fisher(h: Node): Node;
  /**
   * The diagonal of `fisher` where the responses of a row are independent, [n, m]; a number where it is
   * that everywhere; null where they depend on one another.
   */
  readonly fisherDiagonal: number | ((h: Node) => Node) | null;
  /** R with RR' = fisher(h), per row: [n, m, r]. */
  fisherRoot(h: Node): Node;
  /** KL(p_h ‖ p_other) per row in nats, [n]; null where it has no closed form. */
  readonly kl: ((h: Node, other: Node) => Node) | null;
  /** Every y that one row of m responses can take, first axis counts them; null where infinite. */
  outcomes(m: number): Tensor | null;
  /** The most probable response, for accuracies: labels or values. */
  predict(h: Node): Node;
}
