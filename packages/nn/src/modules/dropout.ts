import { mul } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { checkSettings } from "./checkSettings.ts";

/**
 * Settings of {@link dropout}.
 *
 * @category Models: layers
 */
export interface DropoutSettings {
  /** The probability that an element is left out, in [0, 1); 0.5 by default. */
  readonly rate?: number;
  /**
   * The axes along which elements are left out one by one. Along the other axes they are left out together. All axes by
   * default.
   */
  readonly axes?: readonly number[];
}

/**
 * Options of dropout.
 *
 * @category Models: layers
 */
export interface DropoutOptions {
  /** The probability that an element is left out. */
  readonly rate: number;
  /** The axes along which elements are left out one by one; null for all axes. */
  readonly axes: readonly number[] | null;
}

/**
 * Makes dropout: in training it leaves elements of x out at random (Srivastava et al. 2014, the inverted form).
 *
 * Each element becomes 0 with the probability `rate`. The others are divided by 1 − rate, so the mean stays. In inference
 * the response is x itself. Masks differ between modules, uses and steps. `{ rate, axes: [0, 1] }` leaves out whole
 * channels of [n, c, …], as PyTorch's `Dropout2d` (Tompson et al. 2015, arXiv 1411.4280).
 *
 * {@includeCode ../../../../examples/api/nn/dropout.ts#example}
 *
 * - `settings`: the rate, or {@link DropoutSettings}; optional.
 *
 * @throws {@link ShapeError} if the rate is not in [0, 1); when the module is applied, if the input lacks an axis.
 * @throws {@link GraphError} if a setting is unknown.
 * @function
 * @category Models: layers
 */
export const dropout = defModule({
  name: "dropout",
  options: (settings: number | DropoutSettings = {}): DropoutOptions => {
    const given: DropoutSettings = typeof settings === "number" ? { rate: settings } : settings;
    checkSettings("dropout", given, ["rate", "axes"]);
    const { rate = 0.5, axes = null } = given;
    const whole = axes === null || axes.every(Number.isInteger);
    if (rate >= 0 && rate < 1 && whole) return Object.freeze({ rate, axes });
    throw new ShapeError({
      where: "dropout",
      must: "the rate must be within [0, 1), and axes integers",
      got: axes === null ? String(rate) : `${rate} and [${axes.join(", ")}]`,
      todo: "call dropout(0.5), or dropout({ rate: 0.5, axes: [0, 1] })",
    });
  },
  apply: (_, x, { options: { rate, axes }, mode, random }) => {
    if (mode === "infer" || rate === 0) return x;
    const shape = axes === null ? x.shape : maskShape(x.shape, axes);
    return mul(x, mul(random.bernoulli(1 - rate, shape), 1 / (1 - rate)));
  },
});

/** Returns the sizes of the given axes, and 1 along the others. Throws ShapeError. */
function maskShape(shape: readonly number[], axes: readonly number[]): number[] {
  const own = axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
  if (own.every((axis) => axis >= 0 && axis < shape.length)) {
    return shape.map((size, axis) => (own.includes(axis) ? size : 1));
  }
  throw new ShapeError({
    where: "dropout",
    must: `its input must have the axes ${axes.join(", ")}`,
    got: showShape(shape),
    todo: "check the axes; negative ones count from the end",
  });
}
