import type { AvgPoolOptions, MaxPoolOptions } from "@metrigrad/graph";
import * as ops from "@metrigrad/graph";
import { defModule } from "../core/defModule.ts";

/** Options of a pool by the largest element. */
export interface MaxPoolSettings extends MaxPoolOptions {
  readonly kernel: number | readonly number[];
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
    Object.freeze({ ...settings, kernel }),
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
    Object.freeze({ ...settings, kernel }),
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
    Object.freeze({ ...settings, kernel }),
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
    Object.freeze({ ...settings, kernel }),
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
    Object.freeze({ ...settings, kernel }),
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
    Object.freeze({ ...settings, kernel }),
  apply: (_, x, { options: { kernel, ...settings } }) => ops.avgPool3d(x, kernel, settings),
});
