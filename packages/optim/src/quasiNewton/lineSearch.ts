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

/** Settings of a line search under the strong Wolfe conditions. */
export interface WolfeSettings {
  /** c₁ of sufficient decrease, L(t) ≤ L(0) + c₁ t L'(0); 1e-4 by default. */
  readonly decrease?: number;
  /** c₂ of curvature, |L'(t)| ≤ c₂|L'(0)|, above c₁; 0.9 by default. */
  readonly curvature?: number;
  /** Evaluations of one search, at most; 25 by default. */
  readonly evaluations?: number;
  /** A bracket in which no parameter moves by more than this ends the search; 1e-9 by default. */
  readonly tolerance?: number;
  /**
   * A loss that is higher by at most this share counts as no higher, since it may be rounding; by default 16 units in
   * the last place of the store's floats.
   */
  readonly rounding?: number | null;
}

/** A search between two evaluations; all are scalars. */
export interface Search {
  /** Where the loss is evaluated next. */
  readonly t: Node;
  /** The best point so far, of which the minimum lies in the direction of `high` where there is one. */
  readonly low: LinePoint;
  /** The other end of the bracket. */
  readonly high: LinePoint;
  /** Whether there is a bracket. */
  readonly bracketed: Node;
  /** Whether loss and slope are known at `high`: it may lie where they are not finite. */
  readonly known: Node;
  /** Whether the trial was close to an end of the bracket. */
  readonly close: Node;
  /** Evaluations so far. */
  readonly tried: Node;
}

/** What a search knows of its line. */
export interface Line {
  /** The loss at t = 0. */
  readonly loss: Node;
  /** Its derivative there, negative. */
  readonly slope: Node;
  /** The largest |dᵢ| of the direction. */
  readonly largest: Node;
  /** By how much a loss may be higher and count as the same; null: what is not lower never does. */
  readonly slack: Node | null;
}

/** A search after an evaluation. */
export interface Searched {
  readonly next: Search;
  /** Whether it is over: `next.low` is then what was found, at t = 0 where no trial was lower. */
  readonly ended: Node;
  /** Whether the trial is `next.low`. */
  readonly lowered: Node;
}

/** How far a trial moves towards a point at which the loss is not finite. */
const retreat = 0.25;

/** The least distance of a trial from the ends of a bracket after one that was closer, in brackets. */
const margin = 0.1;

/**
 * One evaluation of a line search for the strong Wolfe conditions: bracketing (Nocedal and Wright 2006, algorithm 3.5)
 * and zoom (algorithm 3.6) with cubic interpolation, in the form in which PyTorch has them, as one transition of a
 * state. A trial is taken too where the loss is the same to rounding and the slope meets the second condition, since
 * there the loss cannot tell (approximate Wolfe conditions: Hager and Zhang 2005, equation 4.1 of section 4). A trial whose loss is
 * not finite is an end of the bracket.
 * @param search - The search before the evaluation.
 * @param trial - Loss and slope at `search.t`.
 * @param line - What is known of the line.
 * @param settings - Wolfe's constants and the bounds.
 * @returns the search after it
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

  // The minimum lies behind the trial where the loss rises from it to the other end.
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

/** The next trial behind the last one, at most ten times as far. */
function extrapolated(last: LinePoint, trial: LinePoint): Node {
  const least = add(trial.t, mul(sub(trial.t, last.t), 0.01));
  return cubicMinimum(last, trial, [least, mul(trial.t, 10)]);
}

/** The next trial in a bracket, and whether it is close to an end: twice in a row is once too often. */
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

function choose(condition: Node, one: LinePoint, other: LinePoint): LinePoint {
  return {
    t: where(condition, one.t, other.t),
    loss: where(condition, one.loss, other.loss),
    slope: where(condition, one.slope, other.slope),
  };
}
