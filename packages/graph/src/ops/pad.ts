import { ShapeError, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { atPositions } from "./atPositions.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { concat } from "./concat.ts";
import { pad as padConstant, slice } from "./slice.ts";

/** What padding puts beside a value, by the names of PyTorch. */
export type PadMode = "constant" | "reflect" | "replicate" | "circular";

/** Options of `pad`. */
export interface PadOptions {
  /**
   * `constant` (the default) puts `value` there, `reflect` what lies on the other side of the border
   * (without the border itself), `replicate` the border, `circular` what comes from the other end.
   */
  readonly mode?: PadMode;
  /** What `constant` puts there; 0 by default. */
  readonly value?: number;
}

/** The value with elements before and after it on one axis. */
type Extension = (x: Node, axis: number, before: number, after: number) => Node;

/** The part [begin, end) of an axis. */
function part(x: Node, axis: number, begin: number, end: number): Node {
  return slice(
    x,
    x.shape.map((_, other) => (other === axis ? [begin, end] : null)),
  );
}

/** Extends by copies: of which positions, given the size of the axis. */
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

const count = (width: number, at: (i: number) => number) =>
  Array.from({ length: width }, (_, i) => at(i));

const border = (x: Node, axis: number, at: number, width: number) =>
  broadcastTo(part(x, axis, at, at + 1), x.shape.with(axis, width));

/** How each mode extends an axis, and how far it can. */
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
 * The value with `[before, after]` elements added on each axis, in the order of the axes; axes not named get
 * none. They are of one value, 0 by default, or copies of elements of the value itself, whose derivatives
 * add up.
 * @param widths pairs of counts, at most one for each axis
 * @param how the value, or a mode
 * @throws ShapeError for widths that are no counts or, by `reflect` and `circular`, too large for the axis; for u8
 */
export function pad(
  x: NodeLike,
  widths: readonly (readonly [number, number])[],
  how: number | PadOptions = 0,
): Node {
  const { mode = "constant", value = 0 } = typeof how === "number" ? { value: how } : how;
  // It checks the widths too.
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
