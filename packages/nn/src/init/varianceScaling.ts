import { type Initializer, ShapeError } from "@metrigrad/tensor";
import { drawNormal, drawUniform, fansOf } from "./draw.ts";

/** Options of `varianceScaling`. */
export interface VarianceScalingOptions {
  /** s of the variance s/fan; 1 by default. */
  readonly scale?: number;
  /** What it is divided by: inputs of a unit (the default), outputs, or the mean of both. */
  readonly fan?: "in" | "out" | "average";
  /** "uniform" by default. */
  readonly draws?: "uniform" | "normal";
}

/**
 * Draws of mean 0 and variance s/fan for a weight [inputs…, outputs]; the named initialisers are cases of it: Glorot's
 * has s = 1 and the average, He's s = 2, LeCun's s = 1. What PyTorch's linear and convolution layers start with,
 * `kaiming_uniform_` with a = √5, is `{ scale: 1 / 3 }`: uniform in ±1/√in.
 * @param options scale, fan, and how it is drawn
 * @returns an initialiser
 * @throws ShapeError for a scale that is not positive and other words
 */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
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
