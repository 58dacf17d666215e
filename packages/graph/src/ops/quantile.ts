import { ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import { checkChoice } from "../core/checkChoice.ts";
import { checkFloats } from "../core/checkElements.ts";
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

/**
 * The value that {@link quantile} takes if the quantile lies between two elements.
 *
 * @category Ops: reductions
 */
export type Interpolation = (typeof interpolations)[number];

const interpolations = ["linear", "lower", "higher", "nearest", "midpoint"] as const;

/**
 * Options of {@link quantile}.
 *
 * @category Ops: reductions
 */
export interface QuantileOptions extends ReduceOptions {
  /** The value to take between two elements; "linear" by default. */
  readonly interpolation?: Interpolation;
}

/** The sorted elements of the reduced axes. */
interface Sorted {
  /**
   * Returns the element at a position, of the shape without the axes. It is NaN if there is a NaN
   * among the elements.
   */
  readonly at: (position: number) => Node;
  /** The number of elements. */
  readonly count: number;
}

/** Sorts the elements of the reduced axes. Throws ShapeError. */
function sortedOver(name: string, x: Node, options: ReduceOptions): Sorted {
  const axes = reducedAxes(name, x.shape.length, options.axis);
  const count = sizeOf(axes.map((axis) => x.shape[axis] as number));
  checkFloats(name, x);
  if (count === 0) {
    throw new ShapeError({
      where: name,
      must: "there must be an element on the axes",
      got: showShape(x.shape),
      todo: "choose other axes",
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
    // NaN comes last. So if the last element is NaN, the result is NaN.
    at: (position) => where(equal(last, last), element(position), last),
    count,
  };
}

/** Returns the nearest integer; of two, the even one. */
function nearest(position: number): number {
  const low = Math.floor(position);
  const gap = position - low;
  return gap < 0.5 || (gap === 0.5 && low % 2 === 0) ? low : low + 1;
}

/** Returns the quantile q of sorted elements. */
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
 * Computes quantiles over axes.
 *
 * The quantile q is the element at position q·(n − 1) of the n elements in ascending order. Between
 * two positions it is interpolated. If there is a NaN among the elements, the result is NaN.
 *
 * {@includeCode ../../../../examples/api/graph/quantile.ts#example}
 *
 * @param x - The values, float.
 * @param q - A number in [0, 1], or a list of such numbers.
 * @param options - The axes, all by default, whether they stay with size 1, and how to interpolate.
 * @returns The quantiles, of x's shape without the axes. For a list of q, a new first axis has the
 *   size of the list.
 * @throws {@link ShapeError} if an axis is out of range, if there are no elements, if x is not
 *   float, or if q is not in [0, 1].
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function quantile(
  x: NodeLike,
  q: number | readonly number[],
  options: QuantileOptions = {},
): Node {
  checkOptions("quantile", options, ["axis", "keepDims", "interpolation"]);
  checkChoice("quantile", "interpolation", options.interpolation ?? "linear", interpolations);
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
 * Computes the median over axes.
 *
 * If the number of elements is even, the result is the lower one of the two elements in the middle,
 * as in PyTorch. `quantile(x, 0.5)` is their mean, as in NumPy's `median`. If there is a NaN among
 * the elements, the result is NaN.
 *
 * @param x - The values, float.
 * @param options - The axes, all by default, and whether they stay with size 1.
 * @returns The medians, of x's shape without the axes.
 * @throws {@link ShapeError} if an axis is out of range, if there are no elements, or if x is not
 *   float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function median(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("median", options, reduceNames);
  const sorted = sortedOver("median", asNode(x), options);
  return sorted.at(Math.floor((sorted.count - 1) / 2));
}
