import { type InterpolateOptions, interpolate } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { checkSettings } from "./checkSettings.ts";

/**
 * Options of {@link upsample}, those of the op `interpolate`.
 *
 * @category Models: layers
 */
export type UpsampleOptions = Readonly<InterpolateOptions>;

/**
 * Makes a layer that brings x [n, c, …] to a finer or coarser grid, by the op `interpolate`.
 *
 * It has no parameters. `upsample({ scale: 2 })` repeats each element. `upsample({ scale: 2, mode: "bilinear" })`
 * interpolates linearly.
 *
 * - `options`: `size` or `scale`, `mode` and `alignCorners`; one of `size` and `scale` is needed.
 *
 * @throws {@link ShapeError} unless exactly one of `size` and `scale` is given; when the module is applied, if the options
 *   do not fit the input.
 * @throws {@link GraphError} if an option is unknown.
 * @function
 * @category Models: layers
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
