import type { Node } from "@metrigrad/graph";
import type { Tensor } from "@metrigrad/tensor";

/**
 * A response law p(y | h): the distribution of a response y, given the value h that a module or model puts out.
 *
 * Samples come first: the first axis of h and y counts them. `H` and `Y` are nodes, or lists and records of nodes.
 *
 * @category Laws and losses
 */
export interface Law<H = Node, Y = Node> {
  /** The name in messages, such as "categorical" or "joint(digit: categorical, angle: gaussian(1))". */
  readonly name: string;
  /**
   * Returns ln p(y | h) of every sample. It throws ShapeError if y and h do not fit together.
   *
   * @param y - The response, as `sample` gives it.
   * @param h - The output of the model.
   * @returns The log-density in nats, [n].
   */
  logProb(y: Y, h: H): Node;
  /**
   * Draws y for every sample.
   *
   * @param h - The output of the model.
   * @param key - A path. Equal keys give equal draws within a run.
   * @returns One response per sample.
   */
  sample(h: H, key: string): Y;
  /**
   * Returns the most probable or a typical response, for accuracies: labels or values.
   *
   * @param h - The output of the model.
   * @returns One response per sample.
   */
  predict(h: H): Y;
  /** Returns the divergence KL(p_h ‖ p_other) of every sample in nats, [n]. Null if the law has no form of it. */
  readonly kl: ((h: H, other: H) => Node) | null;
  /** The numbers that y may have. Null if they are not known, or if they differ between the parts of y. */
  readonly support: Support | null;
  /**
   * Returns the independent responses that the law is made of. Their Fisher information adds up.
   *
   * @param h - The output of the model.
   * @returns One part for a law of rows; several parts for joined laws.
   */
  parts(h: H): readonly ResponsePart[];
  /**
   * Returns the law with the masks and weights of y held fixed. They are the parts of y that are not outcomes.
   *
   * @param y - The observed response.
   * @returns A law whose `parts` have the weights, or the law itself if y has no masks and weights.
   */
  given(y: Y): Law<H, Y>;
  /**
   * The log-densities and divergences of the responses of a sample before they are summed, if a sample has several of them.
   */
  readonly terms?: LawTerms<H, Y>;
  /**
   * Returns the observed values of each part with their masks, for checks on the host. It takes tensors in the structure of
   * y, and the sizes of the last axis of h in the structure of h.
   */
  readonly targets?: (targets: unknown, widths: unknown) => readonly TargetPart[];
  /** Whether `logProb` belongs to a distribution; true by default. It is false for smoothed labels and class weights. */
  readonly isDensity?: boolean;
}

/**
 * A law of any responses.
 *
 * @category Laws and losses
 */
// biome-ignore lint/suspicious/noExplicitAny: no narrower type takes all laws.
export type AnyLaw = Law<any, any>;

/**
 * The log-densities and divergences of the responses of a sample, one by one: [n, a…].
 *
 * @category Laws: own laws
 */
export interface LawTerms<H = Node, Y = Node> {
  /**
   * Returns ln p(y | h) of every response.
   *
   * @param y - The response.
   * @param h - The output of the model.
   * @returns The log-density of each response in nats, [n, a…].
   */
  logProb(y: Y, h: H): Node;
  /** Returns the divergence KL(p_h ‖ p_other) of every response in nats, [n, a…]. Null if the law has no form of it. */
  readonly kl: ((h: H, other: H) => Node) | null;
}

/**
 * A law of rows: h is [n, m], and a row of it describes one response. All natural coordinates are those of h.
 *
 * Do not make one by a spread of another, as in `{ ...gaussian(), logProb }`: its Fisher information, divergence and draws
 * stay those of the old law. Use {@link defLaw}, which makes a law from `logProb`. `checkLaw` finds members that do not
 * belong together.
 *
 * @category Laws and losses
 */
export interface RowLaw extends Law<Node, Node> {
  /**
   * Returns the Fisher information E[∂ ln p ∂ ln p'] of every row in h.
   *
   * @param h - The output of the model, [n, m].
   * @returns The matrices, [n, m, m].
   */
  fisher(h: Node): Node;
  /**
   * The diagonal of `fisher`, [n, m], if the columns of h do not depend on one another. A number stands for a constant
   * diagonal. Null if the columns depend on one another.
   */
  readonly fisherDiagonal: number | ((h: Node) => Node) | null;
  /**
   * Returns a root R with RR' = fisher(h) of every row.
   *
   * @param h - The output of the model, [n, m].
   * @returns The roots, [n, m, r].
   */
  fisherRoot(h: Node): Node;
  /**
   * Returns every y that one row of m columns can have.
   *
   * @param m - The width of h.
   * @returns The outcomes, counted by the first axis; null if there are too many.
   */
  outcomes(m: number): Tensor | null;
  /** How the members are computed, if `defLaw` made the law. */
  readonly how?: LawOrigins;
}

/**
 * A law of rows that surely has its divergence, as most laws that come with metrigrad do.
 *
 * @category Laws and losses
 */
export interface ClosedLaw extends RowLaw {
  /** Returns the divergence KL(p_h ‖ p_other) of every row in nats, [n]. */
  readonly kl: (h: Node, other: Node) => Node;
}

/**
 * How the members of a law are computed. "closed form" means that the member was given. A derived member has "enumeration",
 * "quadrature", "64 samples" and the like. "none" means that it is missing.
 *
 * @category Laws: own laws
 */
export interface LawOrigins {
  /** How the Fisher information is computed. */
  readonly fisher: string;
  /** How the root of the Fisher information is computed. */
  readonly fisherRoot: string;
  /** How the divergence is computed. */
  readonly kl: string;
  /** How draws are made. */
  readonly sample: string;
  /** How the predicted response is found. */
  readonly predict: string;
  /**
   * Tells whether the Fisher information of rows of this width is an estimate from draws. If it is absent, the information
   * never is one.
   *
   * @param h - Rows, [n, m].
   * @returns True for an estimate.
   */
  estimates?(h: Node): boolean;
}

/**
 * Independent responses of one kind: rows of a law, with the weight of each row.
 *
 * @category Laws: own laws
 */
export interface ResponsePart {
  /** The law of the rows. */
  readonly law: RowLaw;
  /** The law's h, [rows, m]. A sample may have several rows. */
  readonly natural: Node;
  /** The weight of each row in the information, [rows]; null if all are 1. */
  readonly weights: Node | null;
  /**
   * Whether the information is the covariance of the rows over the samples, instead of the mean of their squares; false by
   * default. It is true if the samples come from the model itself.
   */
  readonly centred?: boolean;
}

/**
 * The numbers that a response may have.
 *
 * @category Laws: own laws
 */
export interface Support {
  /**
   * Describes the numbers in words, for messages.
   *
   * @param m - The width of h.
   * @returns A text such as "integers from 0 to 9".
   */
  text(m: number): string;
  /**
   * Tells whether a number can be observed.
   *
   * @param value - One number of a response.
   * @param m - The width of h.
   * @returns True if it can.
   */
  has(value: number, m: number): boolean;
  /** Whether the numbers of a response depend on one another, as shares that add up to 1 do; false by default. */
  readonly joint?: boolean;
  /** The sum of the numbers of a response, along the last axis of y; any sum by default. */
  readonly total?: number;
}

/**
 * Observed values of one part of a response, on the host.
 *
 * @category Laws: own laws
 */
export interface TargetPart {
  /** The path of the values in y, such as "digit" or "digit/value"; "" if y is one tensor. */
  readonly path: string;
  /** The law of the values. */
  readonly law: Pick<Law, "name" | "support">;
  /** The observed values, samples first. */
  readonly values: Tensor;
  /** The size of the last axis of h. */
  readonly width: number;
  /** The masks and weights: a value with a 0 in one of them does not count. Their axes are the first axes of the values. */
  readonly counts: readonly Tensor[];
}
