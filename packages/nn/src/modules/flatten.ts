import { reshape } from "@metrigrad/graph";
import { ShapeError, sizeOf } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";

/** Options of `flatten`. */
export interface FlattenOptions {
  /** The first axis that is flattened. */
  readonly from: number;
}

/**
 * All axes from one on as one, row-major: x [n, c, h, w] → [n, c·h·w] (as PyTorch's `Flatten`).
 * @throws ShapeError for an axis that is no positive integer, or inputs that have fewer axes
 */
export const flatten = defModule({
  name: "flatten",
  options: (from: number = 1): FlattenOptions => {
    if (Number.isInteger(from) && from > 0) return Object.freeze({ from });
    throw new ShapeError({
      where: "flatten",
      must: "the first axis must be a positive integer, as samples stay apart",
      got: String(from),
      todo: "call flatten()",
    });
  },
  apply: (_, x, { options: { from } }) => {
    if (x.shape.length >= from) {
      return reshape(x, [...x.shape.slice(0, from), sizeOf(x.shape.slice(from))]);
    }
    throw new ShapeError({
      where: "flatten",
      must: `its input must have at least ${from} axes`,
      got: `[${x.shape.join(", ")}]`,
      todo: "flatten from an earlier axis",
    });
  },
});
