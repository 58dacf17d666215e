import {
  argMax,
  cast,
  equal,
  expandDims,
  eye,
  greaterEqual,
  less,
  log,
  logicalAnd,
  logSoftmax,
  matmul,
  mul,
  type Node,
  neg,
  oneHot,
  softmax,
  sqrt,
  sub,
  sum,
  where,
} from "@metrigrad/graph";
import { tensor } from "@metrigrad/tensor";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw, Law } from "./law.ts";
import { type CategoricalOptions, observedClasses } from "./observedClasses.ts";
import { openUniform } from "./openUniform.ts";
import { rowLaw } from "./rowLaw.ts";
import { labels } from "./supports.ts";

const ofShares = "pass labels [n], or take categorical({ soft: true }) for shares of the classes";

/** Returns 1 − η_i as the sum of the other probabilities. It keeps its digits if one class has nearly all. */
function others(eta: Node): Node {
  return matmul(eta, offDiagonal(eta));
}

/** Returns diag(a_s) minus the elements off the diagonal of B_s, for a [n, m] and B [n, m, m]. */
function onDiagonal(a: Node, b: Node): Node {
  const m = a.shape[1] as number;
  return sub(mul(expandDims(a, 2), eye(m)), mul(b, offDiagonal(a)));
}

/** Returns a matrix [m, m] with 1 off the diagonal and 0 on it. */
function offDiagonal(like: Node): Node {
  return sub(1, eye(like.shape[1] as number));
}

/**
 * The law of one of m classes with P(y = i) = η_i ∝ e^{h_i}. y are labels [n], i32, and h are logits [n, m]. A value that
 * is no label of a class has probability 0, so ln P = −∞. The Fisher information in h is diag η − ηη' (Sun and Nielsen
 * 2017, the soft-max layer).
 */
const law = rowLaw({
  name: "categorical",
  support: labels,
  logProb: (y: Node, h: Node) => {
    checkFits("categorical", y, h, h.shape.slice(0, 1), ofShares);
    const [label, m] = [cast(y, "i32"), h.shape[1] as number];
    const picked = sum(mul(oneHot(label, m), logSoftmax(h)), { axis: 1 });
    const inside = logicalAnd(greaterEqual(label, 0), less(label, m));
    // The cast drops a fraction, but 1.5 is not a label.
    const whole = y.type === "float" ? equal(cast(label, "float"), y) : null;
    const known = whole === null ? inside : logicalAnd(inside, whole);
    return where(known, picked, Number.NEGATIVE_INFINITY);
  },
  sample: (h: Node, key: string) => {
    // Gumbel-max: argmax(h − ln(−ln u)).
    const u = openUniform(h.shape, key);
    return argMax(sub(h, log(neg(log(u)))), { axis: 1 });
  },
  fisher: (h: Node) => {
    const eta = softmax(h, { axis: 1 });
    const products = matmul(expandDims(eta, 2), expandDims(eta, 1));
    return onDiagonal(mul(eta, others(eta)), products);
  },
  fisherDiagonal: null,
  fisherRoot: (h: Node) => {
    // (diag √η − η√η')(diag √η − √ηη') = diag η − ηη', since √η'√η = 1.
    const eta = softmax(h, { axis: 1 });
    const root = sqrt(eta);
    const products = matmul(expandDims(eta, 2), expandDims(root, 1));
    return onDiagonal(mul(root, others(eta)), products);
  },
  kl: (h: Node, other: Node) => {
    checkAlike("categorical", h, other);
    const apart = sub(logSoftmax(h), logSoftmax(other));
    return sum(mul(softmax(h, { axis: 1 }), apart), { axis: 1 });
  },
  outcomes: (m: number) => tensor(Int32Array.from({ length: m }, (_, label) => label)),
  predict: (h: Node) => argMax(h, { axis: 1 }),
});

/**
 * Returns the law of one of m classes, with P(y = i) ∝ e^{h_i}.
 *
 * h are logits [n, m], and y are labels [n], i32, from 0 to m − 1. Any other y has ln p = −∞. The Fisher information in h
 * is diag η − ηη' with the probabilities η (Sun and Nielsen 2017, the soft-max layer).
 *
 * {@includeCode ../../../../examples/api/nn/categorical.ts#example}
 *
 * @returns The law, always the same object.
 * @nothrow
 * @category Laws and losses
 */
export function categorical(): ClosedLaw;
/**
 * Makes the law of one of m classes whose targets are shares, smoothed labels or weighted labels.
 *
 * ln p is the mean of all classes' ln p with the target's shares. The metric is that of `categorical()`, times the class
 * weights once the targets are given.
 *
 * @param options - Soft targets, label smoothing and class weights.
 * @returns The law. It throws ShapeError if there are not as many class weights as classes.
 * @throws {@link GraphError} if an option is unknown.
 * @throws {@link ShapeError} if the smoothing or a class weight is out of range.
 * @category Laws and losses
 */
export function categorical(options: CategoricalOptions): Law;
export function categorical(options: CategoricalOptions = {}): Law {
  return Object.keys(options).length === 0 ? law : observedClasses(law, options);
}
