import { mul } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { checkSettings } from "./checkSettings.ts";

/** What `dropout` takes. */
export interface DropoutSettings {
  /** Probability with which an element is left out; 0.5 by default. */
  readonly rate?: number;
  /** Axes along which elements are left out by themselves, together along all others; all axes by default. */
  readonly axes?: readonly number[];
}

/** Options of `dropout`. */
export interface DropoutOptions {
  readonly rate: number;
  /** Null: all. */
  readonly axes: readonly number[] | null;
}

/**
 * x with each element left out with a probability, the others divided by the probability to stay, when
 * training; x itself when inferring (Srivastava et al. 2014, the inverted form). Masks differ between
 * dropouts, uses and steps. `{ rate, axes: [0, 1] }` leaves out whole channels of [n, c, …], as PyTorch's `Dropout2d`
 * (Tompson et al. 2015, arXiv 1411.4280).
 * @throws ShapeError for a rate out of [0, 1), and axes that the input has not
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

/** Sizes of the given axes, 1 along all others. Throws ShapeError. */
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
