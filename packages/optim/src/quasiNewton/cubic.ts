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

/** The loss along a line: where, its value there, and its derivative there; scalars. */
export interface LinePoint {
  readonly t: Node;
  readonly loss: Node;
  readonly slope: Node;
}

/**
 * Where the cubic through the values and slopes of two points has its minimum, kept within bounds; the middle of the
 * bounds where it has none (Nocedal and Wright 2006, equation 3.59).
 * @param a - One point.
 * @param b - Another one, on either side of it.
 * @param bounds - The least and the largest result.
 * @returns a scalar
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
  // NaN where there is no minimum.
  const d2 = sqrt(sub(square(d1), mul(before, after)));
  const share = div(sub(add(after, d2), d1), add(sub(after, before), mul(d2, 2)));
  const found = sub(right, mul(sub(right, left), share));
  const kept = minimum(maximum(found, low), high);
  return where(isFinite(found), kept, mul(add(low, high), 0.5));
}
