import * as ops from "@metrigrad/graph";
import { mean, type Node } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { noSettings } from "./checkSettings.ts";

/**
 * Options of a pool with a given number of bins.
 *
 * @category Models: layers
 */
export interface AdaptivePoolOptions {
  /** The number of bins, one number for all axes or one for each axis. */
  readonly size: number | readonly number[];
}

const options = (size: number | readonly number[]): AdaptivePoolOptions => Object.freeze({ size });

/**
 * Makes a pool that takes the mean of each of `size` bins of nearly equal length, as PyTorch's `AdaptiveAvgPool1d`.
 *
 * It maps x [n, c, length] to [n, c, size].
 *
 * - `size`: the number of bins.
 *
 * @throws {@link ShapeError} when the module is applied, if the input or the size does not fit.
 * @function
 * @category Models: layers
 */
export const adaptiveAvgPool1d = defModule({
  name: "adaptiveAvgPool1d",
  options,
  apply: (_, x, { options: { size } }) => ops.adaptiveAvgPool1d(x, size),
});

/**
 * Makes a pool that takes the mean of each of a grid of bins of nearly equal size, as PyTorch's `AdaptiveAvgPool2d`.
 *
 * It maps x [n, c, height, width] to [n, c, size…].
 *
 * - `size`: the number of bins, for both axes or for each.
 *
 * @throws {@link ShapeError} when the module is applied, if the input or the size does not fit.
 * @function
 * @category Models: layers
 */
export const adaptiveAvgPool2d = defModule({
  name: "adaptiveAvgPool2d",
  options,
  apply: (_, x, { options: { size } }) => ops.adaptiveAvgPool2d(x, size),
});

/**
 * Makes a pool that takes the largest element of each of `size` bins of nearly equal length, as PyTorch's
 * `AdaptiveMaxPool1d`.
 *
 * It maps x [n, c, length] to [n, c, size].
 *
 * - `size`: the number of bins.
 *
 * @throws {@link ShapeError} when the module is applied, if the input or the size does not fit.
 * @function
 * @category Models: layers
 */
export const adaptiveMaxPool1d = defModule({
  name: "adaptiveMaxPool1d",
  options,
  apply: (_, x, { options: { size } }) => ops.adaptiveMaxPool1d(x, size),
});

/**
 * Makes a pool that takes the largest element of each of a grid of bins of nearly equal size, as PyTorch's
 * `AdaptiveMaxPool2d`.
 *
 * It maps x [n, c, height, width] to [n, c, size…].
 *
 * - `size`: the number of bins, for both axes or for each.
 *
 * @throws {@link ShapeError} when the module is applied, if the input or the size does not fit.
 * @function
 * @category Models: layers
 */
export const adaptiveMaxPool2d = defModule({
  name: "adaptiveMaxPool2d",
  options,
  apply: (_, x, { options: { size } }) => ops.adaptiveMaxPool2d(x, size),
});

/** Returns the axes after samples and channels. Throws ShapeError if there are none. */
function places(where: string, { shape }: Node): number[] {
  if (shape.length > 2) return shape.map((_, axis) => axis).slice(2);
  throw new ShapeError({
    where,
    must: "its input must be [n, c, …] with lengths after the channels",
    got: `[${shape.join(", ")}]`,
    todo: "put it before flatten",
  });
}

/**
 * Makes a pool that takes the mean over all positions of each channel.
 *
 * It maps x [n, c, …] to [n, c]. It takes no settings.
 *
 * @throws {@link GraphError} if it is given a setting.
 * @throws {@link ShapeError} when the module is applied, if the input has no positions behind the channels.
 * @function
 * @category Models: layers
 */
export const globalAvgPool = defModule({
  name: "globalAvgPool",
  options: (...given: readonly never[]) => noSettings("globalAvgPool", given),
  apply: (_, x) => mean(x, { axis: places("globalAvgPool", x) }),
});

/**
 * Makes a pool that takes the largest element over all positions of each channel.
 *
 * It maps x [n, c, …] to [n, c]. Equal largest elements share the derivative. It takes no settings.
 *
 * @throws {@link GraphError} if it is given a setting.
 * @throws {@link ShapeError} when the module is applied, if the input has no positions behind the channels.
 * @function
 * @category Models: layers
 */
export const globalMaxPool = defModule({
  name: "globalMaxPool",
  options: (...given: readonly never[]) => noSettings("globalMaxPool", given),
  apply: (_, x) => ops.max(x, { axis: places("globalMaxPool", x) }),
});
