import type { Node } from "@metrigrad/graph";
import type { Tensor } from "@metrigrad/tensor";

/**
 * A response law p(y | h): the distribution of a response y around the value h that a module or model puts out.
 * Samples come first: the first axis of h and y counts them. `H` and `Y` are nodes, or lists and records of nodes.
 */
export interface Law<H = Node, Y = Node> {
  /** What people read: "categorical", "joint(digit: categorical, angle: gaussian(1))". */
  readonly name: string;
  /**
   * ln p(y | h) of every sample.
   *
   * @param y - The response, as `sample` gives it.
   * @param h - What the model puts out.
   * @returns [n], in nats.
   * @throws ShapeError where y and h do not fit together.
   */
  logProb(y: Y, h: H): Node;
  /**
   * Draws y for every sample.
   *
   * @param h - What the model puts out.
   * @param key - A path; equal keys give equal draws within a run.
   * @returns One response per sample.
   */
  sample(h: H, key: string): Y;
  /**
   * The most probable response, for accuracies: labels or values.
   *
   * @param h - What the model puts out.
   * @returns One response per sample.
   */
  predict(h: H): Y;
  /** KL(p_h ‖ p_other) of every sample in nats, [n]; null where the law has no form of it. */
  readonly kl: ((h: H, other: H) => Node) | null;
  /** What the numbers of y may be; null where that is not known, or differs between the parts of y. */
  readonly support: Support | null;
  /**
   * The independent responses that the law is made of. Their Fisher information adds up.
   *
   * @param h - What the model puts out.
   * @returns One part for a law of rows; several where laws are joined.
   */
  parts(h: H): readonly ResponsePart[];
  /**
   * The law with those parts of y held fixed that are no outcomes: masks and weights.
   *
   * @param y - The observed response.
   * @returns A law whose `parts` have the weights; the law itself where y has no such parts.
   */
  given(y: Y): Law<H, Y>;
  /** The responses of a sample before they are summed, where a sample has several of them. */
  readonly terms?: LawTerms<H, Y>;
  /**
   * Takes observed values apart, for checks on the host.
   *
   * @param targets - Tensors in the structure of y.
   * @param widths - Sizes of the last axis of h, in the structure of h.
   * @returns The values of each part, with their mask.
   */
  readonly targets?: (targets: unknown, widths: unknown) => readonly TargetPart[];
  /** False where `logProb` is not that of a distribution, as for smoothed labels and weights of classes; true by default. */
  readonly isDensity?: boolean;
}

/** A law of any responses. */
// biome-ignore lint/suspicious/noExplicitAny: no narrower type takes all laws.
export type AnyLaw = Law<any, any>;

/** ln p and divergences of the responses of a sample, one by one: [n, a…]. */
export interface LawTerms<H = Node, Y = Node> {
  logProb(y: Y, h: H): Node;
  readonly kl: ((h: H, other: H) => Node) | null;
}

/**
 * A law of rows: h is [n, m], and a row of it describes one response. All natural coordinates are those of h.
 *
 * Do not make one by spreading another (`{ ...gaussian(), logProb }`): its Fisher information, divergence and draws
 * stay those of the old law. `defLaw` makes one from `logProb`, and `checkLaw` finds members that do not belong together.
 */
export interface RowLaw extends Law<Node, Node> {
  /** E[∂ ln p ∂ ln p'] in h, per row: [n, m, m]. */
  fisher(h: Node): Node;
  /**
   * The diagonal of `fisher` where the columns of h do not depend on one another, [n, m]; a number where it is
   * that everywhere; null where they do.
   */
  readonly fisherDiagonal: number | ((h: Node) => Node) | null;
  /** R with RR' = fisher(h), per row: [n, m, r]. */
  fisherRoot(h: Node): Node;
  /** Every y that one row of m columns can have, first axis counts them; null where there are too many. */
  outcomes(m: number): Tensor | null;
  /** How the members are computed, where `defLaw` made the law. */
  readonly how?: LawOrigins;
}

/** A law of rows that surely has its divergence, as all that come with metrigrad do. */
export interface ClosedLaw extends RowLaw {
  /** KL(p_h ‖ p_other) of every row in nats, [n]. */
  readonly kl: (h: Node, other: Node) => Node;
}

/**
 * How the members of a law are computed: "closed form" where it was given, else what was derived: "enumeration",
 * "quadrature", "64 samples", …; "none" where it is missing.
 */
export interface LawOrigins {
  readonly fisher: string;
  readonly fisherRoot: string;
  readonly kl: string;
  readonly sample: string;
  readonly predict: string;
  /**
   * Whether the information at rows of this width is an estimate from draws; absent: it never is.
   *
   * @param h - Rows [n, m].
   * @returns True where it is.
   */
  estimates?(h: Node): boolean;
}

/** Independent responses of one kind: rows of a law, with how much each row counts. */
export interface ResponsePart {
  readonly law: RowLaw;
  /** What the law's h is: [rows, m]. A sample may have several rows. */
  readonly natural: Node;
  /** How much each row counts in the information, [rows]; null: all count 1. */
  readonly weights: Node | null;
  /**
   * Whether the information is the covariance of the rows over the samples and not the mean of their squares, since the samples
   * come from the model itself; false by default.
   */
  readonly centred?: boolean;
}

/** What the numbers of a response may be. */
export interface Support {
  /**
   * In words, for messages.
   *
   * @param m - The width of h.
   * @returns Such as "integers from 0 to 9".
   */
  text(m: number): string;
  /**
   * Whether a number can be observed.
   *
   * @param value - One number of a response.
   * @param m - The width of h.
   * @returns True where it can.
   */
  has(value: number, m: number): boolean;
  /** Whether the numbers of a response depend on one another, as shares that add up to 1 do; false by default. */
  readonly joint?: boolean;
  /** What the numbers of a response, the last axis of y, add up to; absent: anything. */
  readonly total?: number;
}

/** Observed values of one part of a response, on the host. */
export interface TargetPart {
  /** Where they are in y: "digit", "digit/value"; "" where y is one tensor. */
  readonly path: string;
  readonly law: Pick<Law, "name" | "support">;
  readonly values: Tensor;
  /** The size of the last axis of h. */
  readonly width: number;
  /** Masks and weights: values with a 0 in one of them do not count. Their axes are the first axes of the values. */
  readonly counts: readonly Tensor[];
}
