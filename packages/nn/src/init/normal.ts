import {
  type Initializer,
  type RandomStream,
  ShapeError,
  sizeOf,
  uniformStream,
} from "@metrigrad/tensor";
import { drawNormal } from "./draw.ts";

/** Options of `truncatedNormal`. */
export interface TruncatedNormalOptions {
  /** 0 by default. */
  readonly mean?: number;
  /** Of the normal before it is cut; 1 by default. */
  readonly deviation?: number;
  /** Smallest value; −2 by default. */
  readonly low?: number;
  /** Largest value; 2 by default. */
  readonly high?: number;
}

/** How often a draw is made anew; the chance to need more is below 10⁻¹⁸. */
const attempts = 200;

/**
 * Normal of mean 0.
 * @param deviation its standard deviation; 1 by default
 * @returns an initialiser for any shape
 * @throws ShapeError for a deviation that is not positive
 */
export function normalInit(deviation: number = 1): Initializer {
  if (deviation > 0 && Number.isFinite(deviation)) {
    return (context) => drawNormal(context, deviation);
  }
  throw new ShapeError({
    where: "normalInit",
    must: "the deviation must be positive",
    got: String(deviation),
    todo: "pass a number such as 0.02, or use zeros",
  });
}

/**
 * Normal, given that it lies within bounds: what lies outside is drawn again. Bounds are values, as in PyTorch's
 * `trunc_normal_`, and not counted in deviations.
 * @param options mean, deviation and bounds
 * @returns an initialiser for any shape
 * @throws ShapeError for bounds that are not around the mean, or less than half a deviation apart
 */
export function truncatedNormal(options: TruncatedNormalOptions = {}): Initializer {
  const { mean = 0, deviation = 1, low = -2, high = 2 } = options;
  const around = low <= mean && mean <= high && high - low >= deviation / 2;
  if (!around || !(deviation > 0)) {
    throw new ShapeError({
      where: "truncatedNormal",
      must: "the deviation must be positive, and the mean within bounds that are half a deviation apart at least",
      got: `mean ${mean}, deviation ${deviation}, bounds ${low} and ${high}`,
      todo: "call truncatedNormal({ deviation: 0.02, low: -0.04, high: 0.04 })",
    });
  }
  return ({ path, seed, shape }) => {
    const streams: RandomStream[] = [];
    const draw = (i: number, counter: number): number => {
      const stream = streams[counter] ?? uniformStream({ path, seed, counter });
      streams[counter] = stream;
      const value = mean + deviation * stream.normal(i);
      if (value >= low && value <= high) return value;
      return counter + 1 < attempts ? draw(i, counter + 1) : mean;
    };
    return Float64Array.from({ length: sizeOf(shape) }, (_, i) => draw(i, 0));
  };
}
