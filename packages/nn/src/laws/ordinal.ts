import {
  add,
  broadcastTo,
  cast,
  concat,
  constant,
  cumsum,
  equal,
  exp,
  expandDims,
  expm1,
  greaterEqual,
  iota,
  less,
  log,
  logicalAnd,
  mul,
  type Node,
  neg,
  slice,
  softplus,
  sub,
  sum,
  where,
} from "@metrigrad/graph";
import { checkNames, GraphError, ShapeError, tensor } from "@metrigrad/tensor";
import { defLaw } from "./defLaw.ts";
import { checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { labels } from "./supports.ts";

/**
 * Options of {@link ordinal}.
 *
 * @category Laws and losses
 */
export interface OrdinalOptions {
  /** The K − 1 rising thresholds of K grades, if they are fixed. h is then the score, [n, 1]. */
  readonly thresholds?: readonly number[];
}

/**
 * Makes the law of one of K grades in order, with P(y ≤ k) = sigm(c_k − s).
 *
 * This is the proportional odds model (McCullagh 1980, J. R. Stat. Soc. B 42, 109). y are labels [n] from 0 to K − 1. With
 * fixed `thresholds` c, h is the score s, [n, 1]. Without them the model gives the thresholds too. h is then [n, K − 1]: c₁
 * − s beside the logarithms of the gaps c_{k+1} − c_k. The Fisher information, the divergence and draws are sums over the
 * grades.
 *
 * @param options - The thresholds, if they are fixed.
 * @returns The law.
 * @throws {@link ShapeError} if the thresholds are not finite numbers that rise.
 * @throws {@link GraphError} if an option is unknown.
 * @category Laws and losses
 */
export function ordinal(options: OrdinalOptions = {}): ClosedLaw {
  checkNames("ordinal", options, ["thresholds"], GraphError);
  const { thresholds = null } = options;
  if (thresholds !== null) checkThresholds(thresholds);
  const name = thresholds === null ? "ordinal" : `ordinal(${thresholds.join(", ")})`;
  const gradesOf = (m: number) => (thresholds === null ? m : thresholds.length) + 1;
  const law = defLaw({
    name,
    outcomes: (m) => tensor(Int32Array.from({ length: gradesOf(m) }, (_, grade) => grade)),
    support: {
      text: (m) => labels.text(gradesOf(m)),
      has: (value, m) => labels.has(value, gradesOf(m)),
    },
    logProb: (y, h) => {
      checkFits(name, y, h, h.shape.slice(0, 1));
      const grades = gradesOf(h.shape[1] as number);
      const logs = lnProbabilities(cutsOf(name, thresholds, h));
      const label = cast(y, "i32");
      const own = equal(expandDims(label, 1), iota(grades));
      const picked = sum(where(own, logs, 0), { axis: 1 });
      const inside = logicalAnd(greaterEqual(label, 0), less(label, grades));
      const whole = y.type === "float" ? equal(cast(label, "float"), y) : null;
      const known = whole === null ? inside : logicalAnd(inside, whole);
      return where(known, picked, Number.NEGATIVE_INFINITY);
    },
  });
  return law as ClosedLaw;
}

/** The thresholds minus the score, [n, K − 1], with ln of the gaps between them, [n, K − 2]. */
interface Cuts {
  readonly at: Node;
  readonly lnGaps: Node | null;
}

/** Returns the thresholds minus the score of every row. Throws ShapeError. */
function cutsOf(name: string, thresholds: readonly number[] | null, h: Node): Cuts {
  const [n = 0, m = 0] = h.shape;
  if (thresholds === null) {
    if (m === 1) return { at: h, lnGaps: null };
    const lnGaps = slice(h, [null, [1, m]]);
    const rises = concat([slice(h, [null, [0, 1]]), exp(lnGaps)], 1);
    return { at: cumsum(rises, { axis: 1 }), lnGaps };
  }
  if (m !== 1) {
    throw new ShapeError({
      where: name,
      must: "h must be the score, [n, 1]",
      got: `[${n}, ${m}]`,
      todo: "let the model have one output, or leave the thresholds to it: ordinal()",
    });
  }
  const gaps = thresholds.slice(1).map((cut, at) => Math.log(cut - (thresholds[at] as number)));
  const row = (values: readonly number[]) => constant(tensor([[...values]]));
  return {
    at: sub(row(thresholds), h),
    lnGaps: gaps.length === 0 ? null : broadcastTo(row(gaps), [n, gaps.length]),
  };
}

/**
 * Returns ln P of every grade, [n, K]. Between two cuts a < b it is sigm b − sigm a = sigm(b) sigm(−a)(1 − e^{a − b}), a
 * form without a difference of probabilities.
 */
function lnProbabilities({ at, lnGaps }: Cuts): Node {
  const [n = 0, cuts = 0] = at.shape;
  const below = neg(softplus(neg(at)));
  const above = neg(softplus(at));
  const first = slice(below, [null, [0, 1]]);
  const last = slice(above, [null, [cuts - 1, cuts]]);
  if (lnGaps === null) return concat([first, last], 1);
  const middle = add(slice(below, [null, [1, cuts]]), slice(above, [null, [0, cuts - 1]]));
  const between = add(middle, lnOneMinusExp(lnGaps, [n, cuts - 1]));
  return concat([first, between, last], 1);
}

/** Returns ln(1 − e^{−g}) of gaps g = e^{l}; l − g/2 if g is so small that it may round to 0. */
function lnOneMinusExp(lnGaps: Node, shape: readonly number[]): Node {
  const gaps = exp(lnGaps);
  const tiny = less(lnGaps, -18);
  const exact = log(neg(expm1(neg(where(tiny, 1, gaps)))));
  return broadcastTo(where(tiny, sub(lnGaps, mul(gaps, 0.5)), exact), shape);
}

/** Throws ShapeError unless thresholds are finite numbers that rise. */
function checkThresholds(thresholds: readonly number[]): void {
  const rising =
    Array.isArray(thresholds) &&
    thresholds.length > 0 &&
    thresholds.every(
      (cut, at) => Number.isFinite(cut) && (at === 0 || cut > (thresholds[at - 1] as number)),
    );
  if (rising) return;
  throw new ShapeError({
    where: "ordinal",
    must: "thresholds must be finite numbers that rise",
    got: String(thresholds),
    todo: "pass one less than there are grades: [-1, 0, 1] for four",
  });
}
