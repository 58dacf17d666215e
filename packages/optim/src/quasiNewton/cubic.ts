import {
  add,
  div,
  isFinite,
  lessEqual,
  maximum,
  minimum,
  mul,
  type Node,
  sqrt,
  square,
  sub,
  where,
} from "@metrigrad/graph";

/** A point of a line: its place t, the loss there, and the derivative of the loss there; all are scalars. */
export interface LinePoint {
  readonly t: Node;
  readonly loss: Node;
  readonly slope: Node;
}

/**
 * Returns the minimum of the cubic through the values and slopes of two points, kept within bounds, a scalar.
 *
 * If the cubic has no minimum, the result is the middle of the bounds (Nocedal and Wright 2006, equation 3.59).
 */
export function cubicMinimum(
  a: LinePoint,
  b: LinePoint,
  [low, high]: readonly [low: Node, high: Node],
): Node {
  const ordered = lessEqual(a.t, b.t);
  const either = (one: Node, other: Node) => where(ordered, one, other);
  const [left, right] = [either(a.t, b.t), either(b.t, a.t)];
  const [before, after] = [either(a.slope, b.slope), either(b.slope, a.slope)];
  const rise = div(sub(either(a.loss, b.loss), either(b.loss, a.loss)), sub(left, right));
  const d1 = sub(add(before, after), mul(rise, 3));
  // This is NaN if there is no minimum.
  const d2 = sqrt(sub(square(d1), mul(before, after)));
  const share = div(sub(add(after, d2), d1), add(sub(after, before), mul(d2, 2)));
  const found = sub(right, mul(sub(right, left), share));
  const kept = minimum(maximum(found, low), high);
  return where(isFinite(found), kept, mul(add(low, high), 0.5));
}
