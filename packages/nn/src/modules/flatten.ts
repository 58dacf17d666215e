import { reshape } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";

/**
 * Options of {@link flatten}.
 *
 * @category Models: composing
 */
export interface FlattenOptions {
  /** The first axis, at least 1: samples stay apart. */
  readonly from: number;
  /** The last axis, inclusive; negative axes count from the end. */
  readonly to: number;
}

/**
 * Makes a module that joins axes into one, in row-major order.
 *
 * By default it maps [n, c, h, w] to [n, c·h·w], and [n] to [n, 1].
 *
 * - `from`: the first axis; 1 by default.
 * - `to`: the last axis, inclusive; −1 by default.
 *
 * @throws {@link ShapeError} if the axes are not integers from 1; when the module is applied, if the input lacks them.
 * @function
 * @category Models: composing
 */
export const flatten = defModule({
  name: "flatten",
  options: (from: number = 1, to: number = -1): FlattenOptions => {
    if (Number.isInteger(from) && Number.isInteger(to) && from >= 1) {
      return Object.freeze({ from, to });
    }
    throw new ShapeError({
      where: "flatten",
      must: "axes must be integers, and the first one 1 at least",
      got: `${from} and ${to}`,
      todo: "call flatten() or flatten(2)",
    });
  },
  apply: (_, x, { options: { from, to } }) => {
    const rank = x.shape.length;
    if (rank === 1 && from === 1) return reshape(x, [...x.shape, 1]);
    const last = to < 0 ? rank + to : to;
    if (last < from || last >= rank) {
      throw new ShapeError({
        where: "flatten",
        must: `its input must have the axes ${from} to ${to}, in this order`,
        got: showShape(x.shape),
        todo: "check the axes; negative ones count from the end",
      });
    }
    return reshape(x, [...x.shape.slice(0, from), -1, ...x.shape.slice(last + 1)]);
  },
});
