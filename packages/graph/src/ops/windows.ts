import { normalizeAxis, ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import { perAxis } from "./perAxis.ts";
import { type AxisWindows, reach, windowsOp } from "./windowsOp.ts";

/**
 * Options of {@link windows}.
 *
 * @category Ops: windows
 */
export interface WindowsOptions {
  /**
   * The axes to window, one for each size; the last ones by default. Negative axes count from the
   * end.
   */
  readonly axes?: readonly number[];
  /**
   * The places from the begin of one window to the begin of the next: one number for all axes, or
   * one for each; 1 by default.
   */
  readonly stride?: number | readonly number[];
  /**
   * The places from one element of a window to the next: one number for all axes, or one for each;
   * 1 by default.
   */
  readonly dilation?: number | readonly number[];
}

/**
 * Makes sliding windows, without a copy: out[…, i, …, κ] = x[…, i·stride + κ·dilation, …].
 *
 * Each windowed axis counts the windows. For each of them a new last axis has the places in a
 * window.
 *
 * @param x - The value, of any type.
 * @param sizes - The size of a window on each windowed axis.
 * @param options - The axes, the stride and the dilation.
 * @returns The windows, [s…, size…]. A windowed axis has ⌊(length − (size − 1)·dilation −
 *   1)/stride⌋ + 1 windows.
 * @throws {@link ShapeError} if no window fits, if a number is not a positive integer, or if an
 *   axis is out of range or named twice.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: windows
 */
export function windows(x: NodeLike, sizes: readonly number[], options: WindowsOptions = {}): Node {
  checkOptions("windows", options, ["axes", "stride", "dilation"]);
  const node = asNode(x);
  const where = "windows";
  const { stride = 1, dilation = 1 } = options;
  const rank = node.shape.length;
  const count = sizes.length;
  const axes = (options.axes ?? sizes.map((_, k) => rank - count + k)).map((axis) =>
    normalizeAxis(where, axis, rank),
  );
  const [all, strides, dilations] = [
    perAxis(where, "sizes", sizes, count),
    perAxis(where, "stride", stride, count),
    perAxis(where, "dilation", dilation, count),
  ];
  const list = axes.map((axis, k): AxisWindows => {
    const pick = (numbers: readonly number[]) => numbers[k] as number;
    return { axis, size: pick(all), stride: pick(strides), dilation: pick(dilations) };
  });
  const fits =
    axes.length === count &&
    new Set(axes).size === count &&
    list.every((window) => (node.shape[window.axis] as number) > reach(window));
  if (!fits) {
    throw new ShapeError({
      where,
      must: "there must be an axis of its own for each size, in which a window fits",
      got: `sizes ${showShape(sizes)} with dilation ${JSON.stringify(dilation)} for axes ${showShape(axes)} of ${showShape(node.shape)}`,
      todo: "pad the value, or choose smaller windows",
    });
  }
  return makeNode(windowsOp, [node], { windows: list });
}
