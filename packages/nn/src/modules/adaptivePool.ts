import * as ops from "@metrigrad/graph";
import { mean, type Node } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { noSettings } from "./checkSettings.ts";

/** Options of a pool with a given number of bins. */
export interface AdaptivePoolOptions {
  /** How many bins, one number for all axes or one for each. */
  readonly size: number | readonly number[];
}

const options = (size: number | readonly number[]): AdaptivePoolOptions => Object.freeze({ size });

/**
 * The means of bins of nearly equal length: x [n, c, length] → [n, c, size…] (as PyTorch's `AdaptiveAvgPool1d`).
 * @throws ShapeError where inputs or the size do not fit
 */
export const adaptiveAvgPool1d = defModule({
  name: "adaptiveAvgPool1d",
  options,
  apply: (_, x, { options: { size } }) => ops.adaptiveAvgPool1d(x, size),
});

/**
 * The means of bins of nearly equal length: x [n, c, height, width] → [n, c, size…] (as PyTorch's `AdaptiveAvgPool2d`).
 * @throws ShapeError where inputs or the size do not fit
 */
export const adaptiveAvgPool2d = defModule({
  name: "adaptiveAvgPool2d",
  options,
  apply: (_, x, { options: { size } }) => ops.adaptiveAvgPool2d(x, size),
});

/**
 * The largest elements of bins of nearly equal length: x [n, c, length] → [n, c, size…] (as PyTorch's `AdaptiveMaxPool1d`).
 * @throws ShapeError where inputs or the size do not fit
 */
export const adaptiveMaxPool1d = defModule({
  name: "adaptiveMaxPool1d",
  options,
  apply: (_, x, { options: { size } }) => ops.adaptiveMaxPool1d(x, size),
});

/**
 * The largest elements of bins of nearly equal length: x [n, c, height, width] → [n, c, size…] (as PyTorch's `AdaptiveMaxPool2d`).
 * @throws ShapeError where inputs or the size do not fit
 */
export const adaptiveMaxPool2d = defModule({
  name: "adaptiveMaxPool2d",
  options,
  apply: (_, x, { options: { size } }) => ops.adaptiveMaxPool2d(x, size),
});

/** The axes after samples and channels. Throws ShapeError where there are none. */
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
 * The mean over all places of each channel: x [n, c, …] → [n, c].
 * @throws ShapeError for inputs without places
 */
export const globalAvgPool = defModule({
  name: "globalAvgPool",
  options: (...given: readonly never[]) => noSettings("globalAvgPool", given),
  apply: (_, x) => mean(x, { axis: places("globalAvgPool", x) }),
});

/**
 * The largest element over all places of each channel: x [n, c, …] → [n, c]. Equal ones share the derivative.
 * @throws ShapeError for inputs without places
 */
export const globalMaxPool = defModule({
  name: "globalMaxPool",
  options: (...given: readonly never[]) => noSettings("globalMaxPool", given),
  apply: (_, x) => ops.max(x, { axis: places("globalMaxPool", x) }),
});
