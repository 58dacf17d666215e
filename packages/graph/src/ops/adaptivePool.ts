import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import { concat } from "./concat.ts";
import { checkImages } from "./convolutionShape.ts";
import { firstMaxOp } from "./firstMax.ts";
import { mean } from "./moments.ts";
import { perAxis } from "./perAxis.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";

/** Takes one axis out of a value. */
type Combine = (x: Node, axis: number) => Node;

const largest: Combine = (x, axis) => makeNode(firstMaxOp, [x], { axes: [axis] });
const average: Combine = (x, axis) => mean(x, { axis });

/** One axis in so many bins: bin i has the places from ⌊i·length/bins⌋ to before ⌈(i + 1)·length/bins⌉. */
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
  // The last axis first, so that of equal elements the first one in rows is found.
  return bins.reduceRight((value, n, i) => inBins(value, 2 + i, n, combine), x);
}

/**
 * Means over so many bins of nearly equal length, as PyTorch's: bins may share places.
 * @param x float [n, c, length]
 * @param size how many bins
 * @returns [n, c, size]
 * @throws ShapeError where shapes or the size do not fit
 */
export function adaptiveAvgPool1d(x: NodeLike, size: number | readonly number[]): Node {
  return adaptive("adaptiveAvgPool1d", 1, x, size, average);
}

/**
 * Means over bins of two axes, as `adaptiveAvgPool1d`.
 * @param x float [n, c, height, width]
 * @param size how many bins, one number for both axes or one for each
 * @returns [n, c, size…]
 * @throws ShapeError where shapes or the size do not fit
 */
export function adaptiveAvgPool2d(x: NodeLike, size: number | readonly number[]): Node {
  return adaptive("adaptiveAvgPool2d", 2, x, size, average);
}

/**
 * The largest elements of so many bins of nearly equal length; of equal ones the first takes the derivative.
 * @param x float [n, c, length]
 * @param size how many bins
 * @returns [n, c, size]
 * @throws ShapeError where shapes or the size do not fit
 */
export function adaptiveMaxPool1d(x: NodeLike, size: number | readonly number[]): Node {
  return adaptive("adaptiveMaxPool1d", 1, x, size, largest);
}

/**
 * The largest elements of bins of two axes, as `adaptiveMaxPool1d`.
 * @param x float [n, c, height, width]
 * @param size how many bins, one number for both axes or one for each
 * @returns [n, c, size…]
 * @throws ShapeError where shapes or the size do not fit
 */
export function adaptiveMaxPool2d(x: NodeLike, size: number | readonly number[]): Node {
  return adaptive("adaptiveMaxPool2d", 2, x, size, largest);
}
