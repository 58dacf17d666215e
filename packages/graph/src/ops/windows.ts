import { normalizeAxis, ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import { perAxis } from "./perAxis.ts";
import { type AxisWindows, reach, windowsOp } from "./windowsOp.ts";

/** Which windows `windows` takes. */
export interface WindowsOptions {
  /** The axes that are windowed, as many as sizes; the last ones by default. */
  readonly axes?: readonly number[];
  /** Places from one window's begin to the next's, for all axes or for each; 1 by default. */
  readonly stride?: number | readonly number[];
  /** Places from one element of a window to the next, for all axes or for each; 1 by default. */
  readonly dilation?: number | readonly number[];
}

/**
 * Sliding windows without a copy: out[…, i, …, κ] = x[…, i·stride + κ·dilation, …]. The windowed axes count
 * windows, and an axis for the places in them comes last, for each of them.
 * @param x any value
 * @param sizes places of a window on each windowed axis
 * @returns [s…, size…], with ⌊(length − (size − 1)·dilation − 1)/stride⌋ + 1 windows on each windowed axis
 * @throws ShapeError where no window fits or sizes are no counts
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
