import { ShapeError, showShape } from "@metrigrad/tensor";
import { checkList } from "../core/checkList.ts";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { atPositions } from "./atPositions.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { concat } from "./concat.ts";
import { pad as padConstant, slice } from "./slice.ts";

/**
 * What {@link pad} puts around a value, by the names of PyTorch.
 *
 * @category Ops: shapes
 */
export type PadMode = "constant" | "reflect" | "replicate" | "circular";

/**
 * Options of {@link pad}.
 *
 * @category Ops: shapes
 */
export interface PadOptions {
  /**
   * What is put around the value; `constant` by default, which puts `value` there. `reflect`
   * mirrors the value at its border element, without that element. `replicate` repeats the border
   * element. `circular` continues with the other end.
   */
  readonly mode?: PadMode;
  /** The number that `constant` puts around the value; 0 by default. */
  readonly value?: number;
}

/** Adds elements before and after a value on one axis. */
type Extension = (x: Node, axis: number, before: number, after: number) => Node;

/** Returns the part [begin, end) of an axis. */
function part(x: Node, axis: number, begin: number, end: number): Node {
  return slice(
    x,
    x.shape.map((_, other) => (other === axis ? [begin, end] : null)),
  );
}

/** Makes an extension from copies of the value for its left and its right side. */
const sides =
  (
    left: (x: Node, axis: number, n: number, width: number) => Node,
    right: (x: Node, axis: number, n: number, width: number) => Node,
  ): Extension =>
  (x, axis, before, after) => {
    const n = x.shape[axis] as number;
    const parts = [x];
    if (before > 0) parts.unshift(left(x, axis, n, before));
    if (after > 0) parts.push(right(x, axis, n, after));
    return concat(parts, axis);
  };

/** Makes a list of `width` numbers. */
const count = (width: number, at: (i: number) => number) =>
  Array.from({ length: width }, (_, i) => at(i));

/** Repeats the element at a position of an axis. */
const border = (x: Node, axis: number, at: number, width: number) =>
  broadcastTo(part(x, axis, at, at + 1), x.shape.with(axis, width));

/** How each mode extends an axis, and by how many elements at most. */
const extensions: Readonly<
  Record<Exclude<PadMode, "constant">, { readonly extend: Extension; most(n: number): number }>
> = {
  reflect: {
    extend: sides(
      (x, axis, _, width) =>
        atPositions(
          x,
          axis,
          count(width, (i) => width - i),
        ),
      (x, axis, n, width) =>
        atPositions(
          x,
          axis,
          count(width, (i) => n - 2 - i),
        ),
    ),
    most: (n) => n - 1,
  },
  replicate: {
    extend: sides(
      (x, axis, _, width) => border(x, axis, 0, width),
      (x, axis, n, width) => border(x, axis, n - 1, width),
    ),
    most: (n) => (n > 0 ? Number.POSITIVE_INFINITY : 0),
  },
  circular: {
    extend: sides(
      (x, axis, n, width) => part(x, axis, n - width, n),
      (x, axis, _, width) => part(x, axis, 0, width),
    ),
    most: (n) => n,
  },
};

/**
 * Adds elements before and after a value on each axis.
 *
 * The new elements have one value, 0 by default, or they are copies of elements of x. Copies add to
 * the derivative of their element.
 *
 * @param x - The value, of any type other than u8 and f16.
 * @param widths - The pairs `[before, after]`, at most one for each axis, in the order of the axes.
 *   Other axes get no elements.
 * @param how - The value of the new elements, or a mode; 0 by default.
 * @returns The larger value.
 * @throws {@link ShapeError} if widths are not non-negative integers, if they are too large for the
 *   mode, if the mode is unknown, or if x is u8 or f16.
 * @category Ops: shapes
 */
export function pad(
  x: NodeLike,
  widths: readonly (readonly [number, number])[],
  how: number | PadOptions = 0,
): Node {
  checkList("pad", "widths", widths);
  if (typeof how !== "number") checkOptions("pad", how, ["mode", "value"]);
  const { mode = "constant", value = 0 } = typeof how === "number" ? { value: how } : how;
  // This call checks the widths too.
  const padded = padConstant(x, widths, value);
  if (mode === "constant") return padded;
  const node = asNode(x);
  if (!Object.hasOwn(extensions, mode)) {
    throw new ShapeError({
      where: "pad",
      must: 'the mode must be "constant", "reflect", "replicate" or "circular"',
      got: String(mode),
      todo: "choose one of them",
    });
  }
  const { extend, most } = extensions[mode];
  return widths.reduce<Node>((wider, [before, after], axis) => {
    const n = node.shape[axis] as number;
    if (before === 0 && after === 0) return wider;
    if (Math.max(before, after) > most(n)) {
      throw new ShapeError({
        where: "pad",
        must: `by ${mode}, axis ${axis} of size ${n} must get at most ${most(n)} elements on a side`,
        got: `[${before}, ${after}] for ${showShape(node.shape)}`,
        todo: "pad less, or in several steps",
      });
    }
    return extend(wider, axis, before, after);
  }, node);
}
