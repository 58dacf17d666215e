import type { AvgPoolOptions, MaxPoolOptions } from "@metrigrad/graph";
import * as ops from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { checkSettings } from "./checkSettings.ts";

/**
 * Options of a pool that takes the largest element of each window.
 *
 * @category Models: layers
 */
export interface MaxPoolSettings extends MaxPoolOptions {
  /** The lengths of a window, one number for all axes or one for each. */
  readonly kernel: number | readonly number[];
}

const common = ["stride", "padding", "ceilMode"] as const;
const maxNames = [...common, "dilation"] as const;
const avgNames = [...common, "countIncludePad"] as const;

/** Returns windows with settings. Throws GraphError if a setting is unknown or the padding is not a number. */
function poolSettings<S extends MaxPoolOptions | AvgPoolOptions>(
  where: string,
  kernel: number | readonly number[],
  settings: S,
  names: readonly (keyof S & string)[],
): S & { readonly kernel: number | readonly number[] } {
  checkSettings(where, settings, names);
  const { padding = 0 } = settings;
  if (typeof padding === "number" || Array.isArray(padding)) {
    return Object.freeze<S & { readonly kernel: typeof kernel }>({ ...settings, kernel });
  }
  throw new GraphError({
    where,
    must: "padding must be a number, or one for each axis",
    got: JSON.stringify(padding),
    todo: 'pass the places on both sides; "same" and "valid" are of convolutions',
  });
}

/**
 * Options of a pool that takes the mean of each window.
 *
 * @category Models: layers
 */
export interface AvgPoolSettings extends AvgPoolOptions {
  /** The lengths of a window, one number for all axes or one for each. */
  readonly kernel: number | readonly number[];
}

/**
 * Makes a pool that takes the largest element of each window, as PyTorch's `MaxPool1d`.
 *
 * It maps x [n, c, length] to [n, c, length']. Of equal elements the first one gets the derivative. The stride is the
 * length of the window by default.
 *
 * - `kernel`: the length of a window.
 * - `settings`: the stride, the padding, the dilation and `ceilMode`; optional.
 *
 * @throws {@link ShapeError} when the module is applied, if windows or settings do not fit the input.
 * @throws {@link GraphError} if a setting is unknown or the padding is not a number.
 * @function
 * @category Models: layers
 */
export const maxPool1d = defModule({
  name: "maxPool1d",
  options: (kernel: number | readonly number[], settings: MaxPoolOptions = {}): MaxPoolSettings =>
    poolSettings("maxPool1d", kernel, settings, maxNames),
  apply: (_, x, { options: { kernel, ...settings } }) => ops.maxPool1d(x, kernel, settings),
});

/**
 * Makes a pool that takes the largest element of each window, as PyTorch's `MaxPool2d`.
 *
 * It maps x [n, c, height, width] to [n, c, height', width']. Of equal elements the first one gets the derivative. The
 * stride is the length of the window by default.
 *
 * - `kernel`: the lengths of a window, one number for both axes or one for each.
 * - `settings`: the stride, the padding, the dilation and `ceilMode`; optional.
 *
 * @throws {@link ShapeError} when the module is applied, if windows or settings do not fit the input.
 * @throws {@link GraphError} if a setting is unknown or the padding is not a number.
 * @function
 * @category Models: layers
 */
export const maxPool2d = defModule({
  name: "maxPool2d",
  options: (kernel: number | readonly number[], settings: MaxPoolOptions = {}): MaxPoolSettings =>
    poolSettings("maxPool2d", kernel, settings, maxNames),
  apply: (_, x, { options: { kernel, ...settings } }) => ops.maxPool2d(x, kernel, settings),
});

/**
 * Makes a pool that takes the largest element of each window, as PyTorch's `MaxPool3d`.
 *
 * It maps x [n, c, depth, height, width] to [n, c, depth', height', width']. Of equal elements the first one gets the
 * derivative. The stride is the length of the window by default.
 *
 * - `kernel`: the lengths of a window, one number for all axes or one for each.
 * - `settings`: the stride, the padding, the dilation and `ceilMode`; optional.
 *
 * @throws {@link ShapeError} when the module is applied, if windows or settings do not fit the input.
 * @throws {@link GraphError} if a setting is unknown or the padding is not a number.
 * @function
 * @category Models: layers
 */
export const maxPool3d = defModule({
  name: "maxPool3d",
  options: (kernel: number | readonly number[], settings: MaxPoolOptions = {}): MaxPoolSettings =>
    poolSettings("maxPool3d", kernel, settings, maxNames),
  apply: (_, x, { options: { kernel, ...settings } }) => ops.maxPool3d(x, kernel, settings),
});

/**
 * Makes a pool that takes the mean of each window, as PyTorch's `AvgPool1d`.
 *
 * It maps x [n, c, length] to [n, c, length']. Zeros of the padding count unless `countIncludePad` is false. The stride is
 * the length of the window by default.
 *
 * - `kernel`: the length of a window.
 * - `settings`: the stride, the padding, `ceilMode` and `countIncludePad`; optional.
 *
 * @throws {@link ShapeError} when the module is applied, if windows or settings do not fit the input.
 * @throws {@link GraphError} if a setting is unknown or the padding is not a number.
 * @function
 * @category Models: layers
 */
export const avgPool1d = defModule({
  name: "avgPool1d",
  options: (kernel: number | readonly number[], settings: AvgPoolOptions = {}): AvgPoolSettings =>
    poolSettings("avgPool1d", kernel, settings, avgNames),
  apply: (_, x, { options: { kernel, ...settings } }) => ops.avgPool1d(x, kernel, settings),
});

/**
 * Makes a pool that takes the mean of each window, as PyTorch's `AvgPool2d`.
 *
 * It maps x [n, c, height, width] to [n, c, height', width']. Zeros of the padding count unless `countIncludePad` is false.
 * The stride is the length of the window by default.
 *
 * - `kernel`: the lengths of a window, one number for both axes or one for each.
 * - `settings`: the stride, the padding, `ceilMode` and `countIncludePad`; optional.
 *
 * @throws {@link ShapeError} when the module is applied, if windows or settings do not fit the input.
 * @throws {@link GraphError} if a setting is unknown or the padding is not a number.
 * @function
 * @category Models: layers
 */
export const avgPool2d = defModule({
  name: "avgPool2d",
  options: (kernel: number | readonly number[], settings: AvgPoolOptions = {}): AvgPoolSettings =>
    poolSettings("avgPool2d", kernel, settings, avgNames),
  apply: (_, x, { options: { kernel, ...settings } }) => ops.avgPool2d(x, kernel, settings),
});

/**
 * Makes a pool that takes the mean of each window, as PyTorch's `AvgPool3d`.
 *
 * It maps x [n, c, depth, height, width] to [n, c, depth', height', width']. Zeros of the padding count unless
 * `countIncludePad` is false. The stride is the length of the window by default.
 *
 * - `kernel`: the lengths of a window, one number for all axes or one for each.
 * - `settings`: the stride, the padding, `ceilMode` and `countIncludePad`; optional.
 *
 * @throws {@link ShapeError} when the module is applied, if windows or settings do not fit the input.
 * @throws {@link GraphError} if a setting is unknown or the padding is not a number.
 * @function
 * @category Models: layers
 */
export const avgPool3d = defModule({
  name: "avgPool3d",
  options: (kernel: number | readonly number[], settings: AvgPoolOptions = {}): AvgPoolSettings =>
    poolSettings("avgPool3d", kernel, settings, avgNames),
  apply: (_, x, { options: { kernel, ...settings } }) => ops.avgPool3d(x, kernel, settings),
});
