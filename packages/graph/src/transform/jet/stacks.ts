/** The leading axes of streams. Each has a label. */
import { sameShape, sizeOf } from "@metrigrad/tensor";
import type { Node } from "../../core/node.ts";
import { broadcastTo, sum } from "../../ops/broadcastTo.ts";
import { concat } from "../../ops/concat.ts";
import { reshape } from "../../ops/reshape.ts";
import { slice } from "../../ops/slice.ts";
import { transpose } from "../../ops/transpose.ts";

/** A value with a leading axis for each label, [labels…, shape…]. */
export interface Stacked {
  readonly value: Node;
  readonly labels: readonly number[];
}

/** The leading axes of a result. */
export interface Lead {
  /** The labels in the order of the axes. Labels that are summed over come first. */
  readonly labels: readonly number[];
  /** The number of labels that are summed over. */
  readonly summed: number;
  readonly sizes: ReadonlyMap<number, number>;
}

/** Sizes of the leading axes. */
export function leadSizes({ labels, sizes }: Lead): number[] {
  return labels.map((label) => sizes.get(label) as number);
}

/** The value with the leading axes in their order, and with `rank` axes after them. A leading axis that it lacks has size 1. */
export function aligned({ value, labels }: Stacked, lead: Lead, rank: number): Node {
  const own = labels.length;
  const behind = value.shape.slice(own);
  if (own === 0) return value;
  const order = lead.labels.filter((label) => labels.includes(label));
  const axes = [...order.map((label) => labels.indexOf(label)), ...behind.map((_, k) => own + k)];
  const turned = axes.every((axis, at) => axis === at) ? value : transpose(value, axes);
  const shape = [
    ...lead.labels.map((label) => (labels.includes(label) ? (lead.sizes.get(label) as number) : 1)),
    ...new Array<number>(rank - behind.length).fill(1),
    ...behind,
  ];
  return sameShape(turned.shape, shape) ? turned : reshape(turned, shape);
}

/** The value with all leading axes as one axis, [K, shape…]. */
export function flattened(stacked: Stacked, lead: Lead): Node {
  const own = stacked.labels.length;
  const shape = stacked.value.shape.slice(own);
  const sizes = leadSizes(lead);
  const whole = broadcastTo(aligned(stacked, lead, shape.length), [...sizes, ...shape]);
  return sizes.length === 1 ? whole : reshape(whole, [sizeOf(sizes), ...shape]);
}

/** A value [K, shape…] with separate leading axes again, after the sums. */
export function unflattened(value: Node, lead: Lead): Node {
  const sizes = leadSizes(lead);
  const whole = sizes.length === 1 ? value : reshape(value, [...sizes, ...value.shape.slice(1)]);
  return summedOver(whole, lead);
}

/** The sum over the leading axes that are summed over. */
export function summedOver(value: Node, { summed }: Lead): Node {
  return summed === 0 ? value : sum(value, { axis: Array.from({ length: summed }, (_, k) => k) });
}

/** The values at some positions of the first axis, which ascend. */
export function rowsAt(value: Node, at: readonly number[]): Node {
  const [first = 0, second = first + 1] = at;
  const step = second - first;
  if (at.every((one, k) => one === first + k * step)) {
    return slice(value, [[first, (at.at(-1) as number) + 1, step]]);
  }
  return concat(
    at.map((one) => slice(value, [[one, one + 1]])),
    0,
  );
}
