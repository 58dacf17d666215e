import { ShapeError, tensor } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import { mul } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { constant } from "./constant.ts";
import { checkImages } from "./convolutionShape.ts";
import { firstMaxOp } from "./firstMax.ts";
import { perAxis } from "./perAxis.ts";
import { pad } from "./slice.ts";
import { windows } from "./windows.ts";

/**
 * How a pool moves over its axes.
 *
 * @category Ops: windows
 */
export interface PoolOptions {
  /**
   * The places from one window to the next: one number for all axes, or one for each. By default
   * they are the lengths of a window.
   */
  readonly stride?: number | readonly number[];
  /**
   * The places that are added before and after, at most half a window: one number for all axes, or
   * one for each; 0 by default.
   */
  readonly padding?: number | readonly number[];
  /**
   * Whether a last window may reach beyond the end, if it begins before the end; false by default.
   */
  readonly ceilMode?: boolean;
}

/**
 * Options of {@link maxPool1d}, {@link maxPool2d} and {@link maxPool3d}.
 *
 * @category Ops: windows
 */
export interface MaxPoolOptions extends PoolOptions {
  /**
   * The places from one element of a window to the next: one number for all axes, or one for each;
   * 1 by default.
   */
  readonly dilation?: number | readonly number[];
}

const maxPoolNames = ["stride", "padding", "ceilMode", "dilation"] as const;

/**
 * Options of {@link avgPool1d}, {@link avgPool2d} and {@link avgPool3d}.
 *
 * @category Ops: windows
 */
export interface AvgPoolOptions extends PoolOptions {
  /** Whether the zeros of the padding count as elements in the mean; true by default. */
  readonly countIncludePad?: boolean;
}

const avgPoolNames = ["stride", "padding", "ceilMode", "countIncludePad"] as const;

/** One axis of a pool. */
interface PoolAxis {
  /** The length of the input. */
  readonly length: number;
  /** The length of a window. */
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  /** The number of windows. */
  readonly places: number;
}

/** Returns the axes of a pool, and the windows [n, c, places…, size…] of x padded with a value. */
function pooled(
  where: string,
  x: Node,
  axes: number,
  kernel: number | readonly number[],
  options: MaxPoolOptions,
  fill: number,
): { readonly all: readonly PoolAxis[]; readonly view: Node } {
  checkImages(where, x, axes);
  const size = perAxis(where, "kernel", kernel, axes);
  const stride = perAxis(where, "stride", options.stride ?? size, axes);
  const padding = perAxis(where, "padding", options.padding ?? 0, axes, 0);
  const dilation = perAxis(where, "dilation", options.dilation ?? 1, axes);
  const all = size.map((n, i): PoolAxis => {
    const pick = (list: readonly number[]) => list[i] as number;
    const [length, margin, by] = [x.shape[2 + i] as number, pick(padding), pick(stride)];
    const free = length + 2 * margin - pick(dilation) * (n - 1) - 1;
    let places = Math.floor(free / by) + 1;
    if (options.ceilMode === true) {
      places = Math.ceil(free / by) + 1;
      if ((places - 1) * by >= length + margin) places -= 1;
    }
    return { length, size: n, stride: by, padding: margin, dilation: pick(dilation), places };
  });
  const wide = all.find((axis) => 2 * axis.padding > axis.size || axis.places < 1);
  if (wide !== undefined) {
    throw new ShapeError({
      where,
      must: "a window must fit in the input, and padding be at most half of it",
      got: `windows of ${wide.size} with padding ${wide.padding} on ${wide.length} places`,
      todo: "choose smaller windows, or less padding",
    });
  }
  const widths = all.map((axis): readonly [number, number] => {
    const end = (axis.places - 1) * axis.stride + axis.dilation * (axis.size - 1) + 1;
    return [axis.padding, Math.max(0, end - axis.length - axis.padding)];
  });
  const empty = widths.every(([before, after]) => before + after === 0);
  const padded = empty ? x : pad(x, [[0, 0], [0, 0], ...widths], fill);
  return { all, view: windows(padded, size, { stride, dilation }) };
}

/** Returns the last axes. */
const last = (count: number, axes: number) =>
  Array.from({ length: axes }, (_, i) => count - axes + i);

/** Pools by the largest element. */
function maxPool(
  axes: number,
  x: NodeLike,
  kernel: number | readonly number[],
  options: MaxPoolOptions,
): Node {
  const where = `maxPool${axes}d`;
  const { view } = pooled(where, asNode(x), axes, kernel, options, Number.NEGATIVE_INFINITY);
  return makeNode(firstMaxOp, [view], { axes: last(view.shape.length, axes) });
}

/** Returns how many elements each window has along an axis. */
function counts({ length, size, stride, padding, places }: PoolAxis, padded: boolean): number[] {
  return Array.from({ length: places }, (_, place) => {
    const begin = place * stride - padding;
    if (padded) return Math.min(begin + size, length + padding) - begin;
    return Math.min(begin + size, length) - Math.max(begin, 0);
  });
}

/** Pools by the mean. */
function avgPool(
  axes: number,
  x: NodeLike,
  kernel: number | readonly number[],
  options: AvgPoolOptions,
): Node {
  const where = `avgPool${axes}d`;
  const { all, view } = pooled(where, asNode(x), axes, kernel, options, 0);
  const total = sum(view, { axis: last(view.shape.length, axes) });
  return all.reduce((value, axis, i) => {
    const sizes = counts(axis, options.countIncludePad !== false);
    const [first = 1] = sizes;
    if (sizes.every((n) => n === first)) return mul(value, 1 / first);
    const shape = [axis.places, ...all.slice(i + 1).map(() => 1)];
    return mul(
      value,
      constant(
        tensor(
          Float64Array.from(sizes, (n) => 1 / n),
          { shape },
        ),
      ),
    );
  }, total);
}

/**
 * Computes the largest element of each window over one axis.
 *
 * Of equal elements, the first one takes the derivative, as in PyTorch. Places outside of x count
 * as −∞.
 *
 * @param x - The values, float, [n, c, length].
 * @param kernel - The length of a window.
 * @param options - How the windows move over the axis.
 * @returns The largest elements, [n, c, places].
 * @throws {@link ShapeError} if shapes or options do not fit.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: windows
 */
export function maxPool1d(
  x: NodeLike,
  kernel: number | readonly number[],
  options: MaxPoolOptions = {},
): Node {
  checkOptions("maxPool1d", options, maxPoolNames);
  return maxPool(1, x, kernel, options);
}

/**
 * Computes the largest element of each window over two axes; see {@link maxPool1d}.
 *
 * @param x - The images, float, [n, c, height, width].
 * @param kernel - The lengths of a window: one number for both axes, or one for each.
 * @param options - How the windows move over the axes.
 * @returns The largest elements, [n, c, rows, columns], with a row and a column for each window.
 * @throws {@link ShapeError} if shapes or options do not fit.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: windows
 */
export function maxPool2d(
  x: NodeLike,
  kernel: number | readonly number[],
  options: MaxPoolOptions = {},
): Node {
  checkOptions("maxPool2d", options, maxPoolNames);
  return maxPool(2, x, kernel, options);
}

/**
 * Computes the largest element of each window over three axes; see {@link maxPool1d}.
 *
 * @param x - The values, float, [n, c, depth, height, width].
 * @param kernel - The lengths of a window: one number for all axes, or one for each.
 * @param options - How the windows move over the axes.
 * @returns The largest elements, [n, c, layers, rows, columns], with a place for each window.
 * @throws {@link ShapeError} if shapes or options do not fit.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: windows
 */
export function maxPool3d(
  x: NodeLike,
  kernel: number | readonly number[],
  options: MaxPoolOptions = {},
): Node {
  checkOptions("maxPool3d", options, maxPoolNames);
  return maxPool(3, x, kernel, options);
}

/**
 * Computes the mean of each window over one axis. Places outside of x count as 0.
 *
 * @param x - The values, float, [n, c, length].
 * @param kernel - The length of a window.
 * @param options - How the windows move over the axis, and whether the padding counts.
 * @returns The means, [n, c, places].
 * @throws {@link ShapeError} if shapes or options do not fit.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: windows
 */
export function avgPool1d(
  x: NodeLike,
  kernel: number | readonly number[],
  options: AvgPoolOptions = {},
): Node {
  checkOptions("avgPool1d", options, avgPoolNames);
  return avgPool(1, x, kernel, options);
}

/**
 * Computes the mean of each window over two axes; see {@link avgPool1d}.
 *
 * @param x - The images, float, [n, c, height, width].
 * @param kernel - The lengths of a window: one number for both axes, or one for each.
 * @param options - How the windows move over the axes, and whether the padding counts.
 * @returns The means, [n, c, rows, columns], with a row and a column for each window.
 * @throws {@link ShapeError} if shapes or options do not fit.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: windows
 */
export function avgPool2d(
  x: NodeLike,
  kernel: number | readonly number[],
  options: AvgPoolOptions = {},
): Node {
  checkOptions("avgPool2d", options, avgPoolNames);
  return avgPool(2, x, kernel, options);
}

/**
 * Computes the mean of each window over three axes; see {@link avgPool1d}.
 *
 * @param x - The values, float, [n, c, depth, height, width].
 * @param kernel - The lengths of a window: one number for all axes, or one for each.
 * @param options - How the windows move over the axes, and whether the padding counts.
 * @returns The means, [n, c, layers, rows, columns], with a place for each window.
 * @throws {@link ShapeError} if shapes or options do not fit.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: windows
 */
export function avgPool3d(
  x: NodeLike,
  kernel: number | readonly number[],
  options: AvgPoolOptions = {},
): Node {
  checkOptions("avgPool3d", options, avgPoolNames);
  return avgPool(3, x, kernel, options);
}
