import {
  checkNames,
  type Initializer,
  type RandomStream,
  ShapeError,
  sizeOf,
  uniformStream,
} from "@metrigrad/tensor";
import { drawNormal } from "./draw.ts";

/**
 * Options of {@link truncatedNormal}.
 *
 * @category Models: own modules
 */
export interface TruncatedNormalOptions {
  /** The mean before the cut; 0 by default. */
  readonly mean?: number;
  /** The standard deviation before the cut; 1 by default. */
  readonly deviation?: number;
  /** The smallest value; −2 by default. */
  readonly low?: number;
  /** The largest value; 2 by default. */
  readonly high?: number;
}

/** The largest number of draws for an element. The probability that more are needed is below 10⁻¹⁸. */
const attempts = 200;

/**
 * Makes an initialiser of normal draws with mean 0.
 *
 * @param deviation - The standard deviation; 1 by default.
 * @returns An initialiser for any shape.
 * @throws {@link ShapeError} if the deviation is not positive and finite.
 * @category Models: own modules
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
 * Makes an initialiser of normal draws within bounds: a draw outside of them is drawn again.
 *
 * The bounds are values, as in PyTorch's `trunc_normal_`. They are not counted in deviations.
 *
 * @param options - The mean, the deviation and the bounds.
 * @returns An initialiser for any shape.
 * @throws {@link ShapeError} if the deviation is not positive, or if the mean is not within bounds that are at least half a
 *   deviation apart.
 * @category Models: own modules
 */
export function truncatedNormal(options: TruncatedNormalOptions = {}): Initializer {
  checkNames("truncatedNormal", options, ["mean", "deviation", "low", "high"], ShapeError);
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
