import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import { concat } from "./concat.ts";
import { checkImages } from "./convolutionShape.ts";
import { firstMaxOp } from "./firstMax.ts";
import { mean } from "./moments.ts";
import { perAxis } from "./perAxis.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";

/** Reduces one axis of a value. */
type Combine = (x: Node, axis: number) => Node;

/** The largest element. */
const largest: Combine = (x, axis) => makeNode(firstMaxOp, [x], { axes: [axis] });
/** The mean. */
const average: Combine = (x, axis) => mean(x, { axis });

/**
 * Divides one axis into bins and combines each bin. Bin i covers the places from ⌊i·length/bins⌋ up
 * to, and without, ⌈(i + 1)·length/bins⌉.
 */
function inBins(x: Node, axis: number, bins: number, combine: Combine): Node {
  const length = x.shape[axis] as number;
  if (length % bins === 0) {
    return combine(reshape(x, x.shape.toSpliced(axis, 1, bins, length / bins)), axis + 1);
  }
  const whole = new Array<null>(axis).fill(null);
  const parts = Array.from({ length: bins }, (_, i) => {
    const [from, to] = [Math.floor((i * length) / bins), Math.ceil(((i + 1) * length) / bins)];
    return reshape(combine(slice(x, [...whole, [from, to]]), axis), x.shape.with(axis, 1));
  });
  return concat(parts, axis);
}

/** Pools each of the last axes into its number of bins. */
function adaptive(
  where: string,
  axes: number,
  given: NodeLike,
  size: number | readonly number[],
  combine: Combine,
): Node {
  const x = asNode(given);
  checkImages(where, x, axes);
  const bins = perAxis(where, "size", size, axes);
  // The last axis comes first. Then, of equal elements, the first one in row-major order takes the
  // derivative.
  return bins.reduceRight((value, n, i) => inBins(value, 2 + i, n, combine), x);
}

/**
 * Computes means over a given number of bins of nearly equal length, as in PyTorch.
 *
 * Two neighbouring bins may share a place.
 *
 * @param x - The values, float, [n, c, length].
 * @param size - The number of bins.
 * @returns The means, [n, c, size].
 * @throws {@link ShapeError} if x is not float with three axes, or if the size is not a positive
 *   integer.
 * @category Ops: windows
 */
export function adaptiveAvgPool1d(x: NodeLike, size: number | readonly number[]): Node {
  return adaptive("adaptiveAvgPool1d", 1, x, size, average);
}

/**
 * Computes means over bins of two axes; see {@link adaptiveAvgPool1d}.
 *
 * @param x - The values, float, [n, c, height, width].
 * @param size - The number of bins: one number for both axes, or one for each.
 * @returns The means, [n, c, rows, columns], with a row and a column for each bin.
 * @throws {@link ShapeError} if x is not float with four axes, or if the sizes are not positive
 *   integers.
 * @category Ops: windows
 */
export function adaptiveAvgPool2d(x: NodeLike, size: number | readonly number[]): Node {
  return adaptive("adaptiveAvgPool2d", 2, x, size, average);
}

/**
 * Computes the largest element of each of a given number of bins of nearly equal length, as in
 * PyTorch.
 *
 * Of equal elements, the first one takes the derivative.
 *
 * @param x - The values, float, [n, c, length].
 * @param size - The number of bins.
 * @returns The largest elements, [n, c, size].
 * @throws {@link ShapeError} if x is not float with three axes, or if the size is not a positive
 *   integer.
 * @category Ops: windows
 */
export function adaptiveMaxPool1d(x: NodeLike, size: number | readonly number[]): Node {
  return adaptive("adaptiveMaxPool1d", 1, x, size, largest);
}

/**
 * Computes the largest element of each bin of two axes; see {@link adaptiveMaxPool1d}.
 *
 * @param x - The values, float, [n, c, height, width].
 * @param size - The number of bins: one number for both axes, or one for each.
 * @returns The largest elements, [n, c, rows, columns], with a row and a column for each bin.
 * @throws {@link ShapeError} if x is not float with four axes, or if the sizes are not positive
 *   integers.
 * @category Ops: windows
 */
export function adaptiveMaxPool2d(x: NodeLike, size: number | readonly number[]): Node {
  return adaptive("adaptiveMaxPool2d", 2, x, size, largest);
}
