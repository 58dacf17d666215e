import { type InterpolateOptions, interpolate } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { checkSettings } from "./checkSettings.ts";

/** Options of `upsample`: those of `interpolate`. */
export type UpsampleOptions = Readonly<InterpolateOptions>;

/**
 * x [n, c, …] on a finer (or coarser) grid: `interpolate` as a layer, without parameters.
 * `upsample({ scale: 2 })` repeats each element, `upsample({ scale: 2, mode: "bilinear" })` goes in straight lines.
 * @throws ShapeError unless one of `size` and `scale` is given; where applied, for what does not fit its input
 */
export const upsample = defModule({
  name: "upsample",
  options: (options: UpsampleOptions): UpsampleOptions => {
    checkSettings("upsample", options, ["size", "scale", "mode", "alignCorners"]);
    const one = (options?.size === undefined) !== (options?.scale === undefined);
    if (one) return Object.freeze({ ...options });
    throw new ShapeError({
      where: "upsample",
      must: "one of size and scale must be given",
      got: JSON.stringify(options),
      todo: "call upsample({ scale: 2 })",
    });
  },
  apply: (_, x, { options }) => interpolate(x, options),
});
