import { checkNames, type Initializer, ShapeError } from "@metrigrad/tensor";
import { drawNormal, drawUniform, fansOf } from "./draw.ts";

/**
 * Options of {@link varianceScaling}.
 *
 * @category Models: own modules
 */
export interface VarianceScalingOptions {
  /** The scale s of the variance s/fan; 1 by default. */
  readonly scale?: number;
  /** The divisor: the inputs of a unit ("in", the default), its outputs ("out"), or the mean of both ("average"). */
  readonly fan?: "in" | "out" | "average";
  /** The distribution of the draws; "uniform" by default. */
  readonly draws?: "uniform" | "normal";
}

/**
 * Makes an initialiser of draws with mean 0 and variance s/fan for a weight [inputs…, outputs].
 *
 * The named initialisers are cases of it. Glorot's has s = 1 and the average, He's has s = 2, LeCun's has s = 1. The
 * default of PyTorch's linear and convolution layers, `kaiming_uniform_` with a = √5, is `{ scale: 1 / 3 }`: uniform in
 * ±1/√in.
 *
 * @param options - The scale, the fan, and the distribution.
 * @returns An initialiser.
 * @throws {@link ShapeError} if the scale is not positive and finite, or if `fan` or `draws` is another word.
 * @category Models: own modules
 */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  checkNames("varianceScaling", options, ["scale", "fan", "draws"], ShapeError);
  const { scale = 1, fan = "in", draws = "uniform" } = options;
  const known = ["in", "out", "average"].includes(fan) && ["uniform", "normal"].includes(draws);
  if (!known || !(scale > 0 && Number.isFinite(scale))) {
    throw new ShapeError({
      where: "varianceScaling",
      must: 'scale must be positive, fan "in", "out" or "average", and draws "uniform" or "normal"',
      got: `${scale}, ${String(fan)} and ${String(draws)}`,
      todo: 'call varianceScaling({ scale: 2, fan: "in" })',
    });
  }
  return (context) => {
    const { inputs, outputs } = fansOf(context);
    const size = { in: inputs, out: outputs, average: (inputs + outputs) / 2 }[fan];
    const variance = scale / size;
    if (draws === "normal") return drawNormal(context, Math.sqrt(variance));
    return drawUniform(context, Math.sqrt(3 * variance));
  };
}
