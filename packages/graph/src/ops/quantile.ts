import { ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { add, mul } from "./arithmetic.ts";
import { equal } from "./comparison.ts";
import { where } from "./logic.ts";
import { keepDimsShape, type ReduceOptions, reducedAxes, reduceNames } from "./reduction.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { sort } from "./sort.ts";
import { stack } from "./stack.ts";
import { transpose } from "./transpose.ts";

/** Where a quantile lies that falls between two elements. */
export type Interpolation = "linear" | "lower" | "higher" | "nearest" | "midpoint";

/** Options of `quantile`. */
export interface QuantileOptions extends ReduceOptions {
  /** What to take between two elements; "linear" by default. */
  readonly interpolation?: Interpolation;
}

/** Sorted elements of the reduced axes. */
interface Sorted {
  /** The element at a position, of the shape that is left; NaN where there is one among them. */
  readonly at: (position: number) => Node;
  readonly count: number;
}

function sortedOver(name: string, x: Node, options: ReduceOptions): Sorted {
  const axes = reducedAxes(name, x.shape.length, options.axis);
  const count = sizeOf(axes.map((axis) => x.shape[axis] as number));
  if (x.type !== "float" || count === 0) {
    throw new ShapeError({
      where: name,
      must: "the operand must be float, with an element on the axes",
      got: `${x.type} ${showShape(x.shape)}`,
      todo: 'cast(x, "float") first, or choose other axes',
    });
  }
  const kept = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
  const left = kept.map((axis) => x.shape[axis] as number);
  const sorted = sort(reshape(transpose(x, [...kept, ...axes]), [...left, count]));
  const shape = options.keepDims === true ? keepDimsShape(x.shape, axes) : left;
  const element = (position: number) =>
    reshape(slice(sorted, [...left.map(() => null), [position, position + 1]]), shape);
  const last = element(count - 1);
  return {
    // NaN is last: where the last element is one, the result is.
    at: (position) => where(equal(last, last), element(position), last),
    count,
  };
}

/** The number nearest to one; of two the even one. */
function nearest(position: number): number {
  const low = Math.floor(position);
  const gap = position - low;
  return gap < 0.5 || (gap === 0.5 && low % 2 === 0) ? low : low + 1;
}

function between({ at, count }: Sorted, q: number, interpolation: Interpolation): Node {
  const position = q * (count - 1);
  const [low, high] = [Math.floor(position), Math.ceil(position)];
  if (interpolation === "nearest") return at(nearest(position));
  if (interpolation === "lower" || low === high) return at(low);
  if (interpolation === "higher") return at(high);
  const share = interpolation === "midpoint" ? 0.5 : position - low;
  return add(mul(at(low), 1 - share), mul(at(high), share));
}

/**
 * Quantiles over axes (all by default): the element at place q·(n − 1) of the n in ascending order,
 * interpolated between neighbours. A NaN among the elements makes them NaN.
 *
 * @param x - Floats.
 * @param q - A number in [0, 1], or a list of them.
 * @param options - Axes, `keepDims`, and how to interpolate.
 * @returns What is left without the axes; for a list of q with a leading axis of as many.
 * @throws ShapeError for an axis out of range, values that are not float, no elements, and q outside of [0, 1]
 */
export function quantile(
  x: NodeLike,
  q: number | readonly number[],
  options: QuantileOptions = {},
): Node {
  checkOptions("quantile", options, ["axis", "keepDims", "interpolation"]);
  const wanted = [q].flat();
  if (wanted.length === 0 || !wanted.every((one) => one >= 0 && one <= 1)) {
    throw new ShapeError({
      where: "quantile",
      must: "q must be numbers in [0, 1]",
      got: JSON.stringify(q),
      todo: "divide percentages by 100",
    });
  }
  const sorted = sortedOver("quantile", asNode(x), options);
  const found = wanted.map((one) => between(sorted, one, options.interpolation ?? "linear"));
  return typeof q === "number" ? (found[0] as Node) : stack(found);
}

/**
 * The median over axes (all by default). Of an even number of elements it is the lower one of the two in
 * the middle, as in PyTorch; `quantile(x, 0.5)` is their mean, as NumPy's median. A NaN makes it NaN.
 *
 * @param x - Floats.
 * @param options - Axes and `keepDims`.
 * @returns What is left without the axes.
 * @throws ShapeError for an axis out of range, values that are not float, and no elements
 */
export function median(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("median", options, reduceNames);
  const sorted = sortedOver("median", asNode(x), options);
  return sorted.at(Math.floor((sorted.count - 1) / 2));
}
