import type { AvgPoolOptions, MaxPoolOptions } from "@metrigrad/graph";
import * as ops from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { checkSettings } from "./checkSettings.ts";

/** Options of a pool by the largest element. */
export interface MaxPoolSettings extends MaxPoolOptions {
  readonly kernel: number | readonly number[];
}

const common = ["stride", "padding", "ceilMode"] as const;
const maxNames = [...common, "dilation"] as const;
const avgNames = [...common, "countIncludePad"] as const;

/** Windows with settings. Throws GraphError for settings that are unknown, and for padding that is no number. */
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

/** Options of a pool by the mean. */
export interface AvgPoolSettings extends AvgPoolOptions {
  readonly kernel: number | readonly number[];
}

/**
 * The largest element of each window of x [n, c, length]; of equal ones the first takes the derivative (as PyTorch's `MaxPool1d`).
 * The stride is the window's length by default.
 * @throws ShapeError where windows or options do not fit
 */
export const maxPool1d = defModule({
  name: "maxPool1d",
  options: (kernel: number | readonly number[], settings: MaxPoolOptions = {}): MaxPoolSettings =>
    poolSettings("maxPool1d", kernel, settings, maxNames),
  apply: (_, x, { options: { kernel, ...settings } }) => ops.maxPool1d(x, kernel, settings),
});

/**
 * The largest element of each window of x [n, c, height, width]; of equal ones the first takes the derivative (as PyTorch's `MaxPool2d`).
 * The stride is the window's length by default.
 * @throws ShapeError where windows or options do not fit
 */
export const maxPool2d = defModule({
  name: "maxPool2d",
  options: (kernel: number | readonly number[], settings: MaxPoolOptions = {}): MaxPoolSettings =>
    poolSettings("maxPool2d", kernel, settings, maxNames),
  apply: (_, x, { options: { kernel, ...settings } }) => ops.maxPool2d(x, kernel, settings),
});

/**
 * The largest element of each window of x [n, c, depth, height, width]; of equal ones the first takes the derivative (as PyTorch's `MaxPool3d`).
 * The stride is the window's length by default.
 * @throws ShapeError where windows or options do not fit
 */
export const maxPool3d = defModule({
  name: "maxPool3d",
  options: (kernel: number | readonly number[], settings: MaxPoolOptions = {}): MaxPoolSettings =>
    poolSettings("maxPool3d", kernel, settings, maxNames),
  apply: (_, x, { options: { kernel, ...settings } }) => ops.maxPool3d(x, kernel, settings),
});

/**
 * The mean of each window of x [n, c, length]; zeros of the padding count unless `countIncludePad` is false (as PyTorch's `AvgPool1d`).
 * The stride is the window's length by default.
 * @throws ShapeError where windows or options do not fit
 */
export const avgPool1d = defModule({
  name: "avgPool1d",
  options: (kernel: number | readonly number[], settings: AvgPoolOptions = {}): AvgPoolSettings =>
    poolSettings("avgPool1d", kernel, settings, avgNames),
  apply: (_, x, { options: { kernel, ...settings } }) => ops.avgPool1d(x, kernel, settings),
});

/**
 * The mean of each window of x [n, c, height, width]; zeros of the padding count unless `countIncludePad` is false (as PyTorch's `AvgPool2d`).
 * The stride is the window's length by default.
 * @throws ShapeError where windows or options do not fit
 */
export const avgPool2d = defModule({
  name: "avgPool2d",
  options: (kernel: number | readonly number[], settings: AvgPoolOptions = {}): AvgPoolSettings =>
    poolSettings("avgPool2d", kernel, settings, avgNames),
  apply: (_, x, { options: { kernel, ...settings } }) => ops.avgPool2d(x, kernel, settings),
});

/**
 * The mean of each window of x [n, c, depth, height, width]; zeros of the padding count unless `countIncludePad` is false (as PyTorch's `AvgPool3d`).
 * The stride is the window's length by default.
 * @throws ShapeError where windows or options do not fit
 */
export const avgPool3d = defModule({
  name: "avgPool3d",
  options: (kernel: number | readonly number[], settings: AvgPoolOptions = {}): AvgPoolSettings =>
    poolSettings("avgPool3d", kernel, settings, avgNames),
  apply: (_, x, { options: { kernel, ...settings } }) => ops.avgPool3d(x, kernel, settings),
});
