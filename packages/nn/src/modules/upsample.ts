import { type InterpolateMode, type InterpolateOptions, interpolate } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { checkSettings } from "./checkSettings.ts";

/**
 * Options of {@link upsample}, those of the op `interpolate`.
 *
 * @category Models: layers
 */
export type UpsampleOptions = Readonly<InterpolateOptions>;

const modes: Readonly<Record<InterpolateMode, true>> = {
  nearest: true,
  linear: true,
  bilinear: true,
  trilinear: true,
  bicubic: true,
};

/** Throws ShapeError for an unknown mode. */
function checkMode(mode: InterpolateMode = "nearest"): void {
  if (Object.hasOwn(modes, mode)) return;
  throw new ShapeError({
    where: "upsample",
    must: `mode must be one of ${Object.keys(modes).join(", ")}`,
    got: JSON.stringify(mode) ?? String(mode),
    todo: 'correct the name, or leave it out for "nearest"',
  });
}

/**
 * Makes a layer that brings x [n, c, …] to a finer or coarser grid, by the op `interpolate`.
 *
 * It has no parameters. `upsample({ scale: 2 })` repeats each element. `upsample({ scale: 2, mode: "bilinear" })`
 * interpolates linearly.
 *
 * - `options`: `size` or `scale`, `mode` and `alignCorners`; one of `size` and `scale` is needed.
 *
 * @throws {@link ShapeError} unless exactly one of `size` and `scale` is given, or if the mode is unknown; when the module is
 *   applied, if the options do not fit the input.
 * @throws {@link GraphError} if an option is unknown.
 * @function
 * @category Models: layers
 */
export const upsample = defModule({
  name: "upsample",
  options: (options: UpsampleOptions): UpsampleOptions => {
    checkSettings("upsample", options, ["size", "scale", "mode", "alignCorners"]);
    checkMode(options.mode);
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
