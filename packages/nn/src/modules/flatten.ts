import { reshape } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";

/** Options of `flatten`. */
export interface FlattenOptions {
  /** First axis, 1 at least: samples stay apart. */
  readonly from: number;
  /** Last axis, inclusive; negative ones count from the end. */
  readonly to: number;
}

/**
 * Axes made one, row-major: [n, c, h, w] → [n, c·h·w] by default, and [n] → [n, 1].
 * @throws ShapeError for axes that are none of the input's
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
