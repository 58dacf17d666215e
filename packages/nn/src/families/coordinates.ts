import { add, expandDims, mul, type Node, squeeze, sum } from "@metrigrad/graph";
import type { Shape } from "@metrigrad/tensor";
import type { Coordinates } from "./family.ts";

/** Returns new coordinates, each of them made from the value under its name. */
export function mapCoordinates<K extends string>(
  from: Coordinates<K>,
  change: (value: Node, name: K) => Node,
): Coordinates<K> {
  const entries = Object.entries(from) as [K, Node][];
  const changed = entries.map(([name, value]) => [name, change(value, name)]);
  return Object.fromEntries(changed) as Coordinates<K>;
}

/** Returns ⟨a, b⟩ over all statistics, [b…]. */
export function innerProduct<K extends string>(
  shapes: Readonly<Record<K, Shape>>,
  a: Coordinates<K>,
  b: Coordinates<K>,
): Node {
  const names = Object.keys(shapes) as K[];
  const terms = names.map((name) => sumLast(mul(a[name], b[name]), shapes[name].length));
  return terms.reduce((left, right) => add(left, right));
}

/** Returns the sum over the last axes. */
export function sumLast(x: Node, axes = 1): Node {
  const last = Array.from({ length: axes }, (_, at) => x.shape.length - axes + at);
  return axes === 0 ? x : sum(x, { axis: last });
}

/** Returns vectors [b…, d] as columns [b…, d, 1]. */
export function asColumn(x: Node): Node {
  return expandDims(x, x.shape.length);
}

/** Returns columns [b…, d, 1] as vectors [b…, d]. */
export function fromColumn(x: Node): Node {
  return squeeze(x, -1);
}
