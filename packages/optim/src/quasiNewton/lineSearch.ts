import {
  abs,
  add,
  greaterEqual,
  isFinite,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mul,
  type Node,
  sub,
  where,
} from "@metrigrad/graph";
import { cubicMinimum, type LinePoint } from "./cubic.ts";

/**
 * Settings of a line search for the strong Wolfe conditions, as in {@link lbfgs}.
 *
 * @category Optimizers
 */
export interface WolfeSettings {
  /** The constant c₁ of sufficient decrease, L(t) ≤ L(0) + c₁ t L'(0), in (0, 1); 1e-4 by default. */
  readonly decrease?: number;
  /** The constant c₂ of curvature, |L'(t)| ≤ c₂|L'(0)|, in [c₁, 1); 0.9 by default. */
  readonly curvature?: number;
  /** The number of evaluations of one search, at most; 25 by default. */
  readonly evaluations?: number;
  /** The search ends at a bracket in which no parameter moves by more than this; 1e-9 by default. */
  readonly tolerance?: number;
  /**
   * The relative rise of the loss that may be rounding, and so counts as no rise. If null, the default, it is 16
   * units in the last place of the store's floats.
   */
  readonly rounding?: number | null;
}

/** A search between two evaluations; all values are scalars. */
export interface Search {
  /** The place at which the loss is evaluated next. */
  readonly t: Node;
  /** The best point so far. If there is a bracket, the minimum lies from here in the direction of `high`. */
  readonly low: LinePoint;
  /** The other end of the bracket. */
  readonly high: LinePoint;
  /** Whether there is a bracket. */
  readonly bracketed: Node;
  /** Whether loss and slope are known at `high`. They are not if the loss is not finite there. */
  readonly known: Node;
  /** Whether the trial was close to an end of the bracket. */
  readonly close: Node;
  /** The number of evaluations so far. */
  readonly tried: Node;
}

/** What a search knows of its line. */
export interface Line {
  /** The loss at t = 0. */
  readonly loss: Node;
  /** The derivative of the loss at t = 0, which is negative. */
  readonly slope: Node;
  /** The largest |dᵢ| of the direction d. */
  readonly largest: Node;
  /** The rise of the loss that counts as no rise; null if there is none. */
  readonly slack: Node | null;
}

/** A search after an evaluation. */
export interface Searched {
  /** The search before the next evaluation. */
  readonly next: Search;
  /** Whether the search is over. Then `next.low` is its result, at t = 0 if no trial was lower. */
  readonly ended: Node;
  /** Whether the trial is `next.low`. */
  readonly lowered: Node;
}

/** The share of the way that a trial goes towards a point at which the loss is not finite. */
const retreat = 0.25;

/**
 * The least distance of a trial from the ends of a bracket after a trial that was closer, as a share of the bracket.
 */
const margin = 0.1;

/**
 * Makes one evaluation of a line search for the strong Wolfe conditions, as one transition of a state, and returns
 * the search after it.
 *
 * The search is bracketing (Nocedal and Wright 2006, algorithm 3.5) and zoom (algorithm 3.6) with cubic
 * interpolation, in the form that PyTorch has. A trial is also accepted if its loss is the same to rounding and its
 * slope meets the second condition, because the loss cannot tell there (approximate Wolfe conditions: Hager and Zhang
 * 2005, equation 4.1). A trial whose loss is not finite is an end of the bracket.
 */
export function searchOn(
  { t, low, high, bracketed, known, close, tried }: Search,
  trial: Omit<LinePoint, "t">,
  line: Line,
  settings: Required<WolfeSettings>,
): Searched {
  const { loss, slope } = trial;
  const finite = logicalAnd(isFinite(loss), isFinite(slope));
  const point: LinePoint = { t, loss, slope };
  const lower = logicalAnd(finite, less(loss, low.loss));
  const sinks = lessEqual(loss, add(line.loss, mul(mul(t, settings.decrease), line.slope)));
  const level = lessEqual(abs(slope), mul(line.slope, -settings.curvature));
  const proper = logicalAnd(lower, sinks);
  const enough =
    line.slack === null ? proper : logicalOr(proper, lessEqual(loss, add(line.loss, line.slack)));
  const accepted = logicalAnd(logicalAnd(finite, level), enough);
  const lowered = logicalOr(lower, accepted);

  // If the loss rises from the trial to the other end, the minimum lies behind the trial.
  const ahead = where(bracketed, sub(high.t, low.t), 1);
  const passed = logicalAnd(proper, greaterEqual(mul(slope, ahead), 0));
  const nextLow = choose(lowered, point, low);
  const shown = choose(finite, point, { ...low, t });
  const end = choose(lowered, low, shown);
  const nextHigh = choose(proper, choose(passed, low, high), end);
  const nextKnown = where(proper, logicalOr(passed, known), logicalOr(lowered, finite));
  const nextBracketed = logicalOr(logicalOr(bracketed, logicalNot(proper)), passed);

  const count = add(tried, 1);
  const width = abs(sub(nextHigh.t, nextLow.t));
  const narrow = logicalAnd(nextBracketed, less(mul(width, line.largest), settings.tolerance));
  const spent = greaterEqual(count, settings.evaluations);
  const onward = extrapolated(low, point);
  const inward = interpolated(nextLow, nextHigh, nextKnown, close);
  return {
    ended: logicalOr(logicalOr(accepted, narrow), spent),
    lowered,
    next: {
      t: where(nextBracketed, inward.t, onward),
      low: nextLow,
      high: nextHigh,
      bracketed: nextBracketed,
      known: nextKnown,
      close: logicalAnd(nextBracketed, inward.close),
      tried: count,
    },
  };
}

/** Returns the next trial behind the last one, at most ten times as far. */
function extrapolated(last: LinePoint, trial: LinePoint): Node {
  const least = add(trial.t, mul(sub(trial.t, last.t), 0.01));
  return cubicMinimum(last, trial, [least, mul(trial.t, 10)]);
}

/**
 * Returns the next trial in a bracket, and whether it is close to an end. A second close trial in a row is moved away
 * from the end.
 */
function interpolated(low: LinePoint, high: LinePoint, known: Node, close: Node) {
  const [left, right] = [minimum(low.t, high.t), maximum(low.t, high.t)];
  const found = cubicMinimum(low, high, [left, right]);
  const gap = mul(sub(right, left), margin);
  const [toLeft, toRight] = [sub(found, left), sub(right, found)];
  const isClose = less(minimum(toLeft, toRight), gap);
  const atEnd = lessEqual(minimum(toLeft, toRight), 0);
  const moved = logicalAnd(isClose, logicalOr(close, atEnd));
  const away = where(less(toRight, toLeft), sub(right, gap), add(left, gap));
  const back = add(low.t, mul(sub(high.t, low.t), retreat));
  return {
    t: where(known, where(moved, away, found), back),
    close: logicalAnd(known, logicalAnd(isClose, logicalNot(moved))),
  };
}

/** Returns one point where the condition holds, and the other elsewhere. */
function choose(condition: Node, one: LinePoint, other: LinePoint): LinePoint {
  return {
    t: where(condition, one.t, other.t),
    loss: where(condition, one.loss, other.loss),
    slope: where(condition, one.slope, other.slope),
  };
}
