import { add, mean, mul, rsqrt, square, sub } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { torchScaleAndOffset } from "../torch/layout.ts";
import { checkSettings } from "./checkSettings.ts";
import { checkNorm, type NormSettings, scaleAndOffset, scaled } from "./scaleAndOffset.ts";

/**
 * Options of layer normalisation.
 *
 * @category Models: layers
 */
export interface LayerNormOptions extends Required<NormSettings> {
  /** The sizes of the last axes, over which the mean and the variance are taken. */
  readonly shape: readonly number[];
}

/**
 * Makes layer normalisation, γ (x − μ)/√(σ² + ε) + β (Ba, Kiros and Hinton 2016, arXiv 1607.06450), with PyTorch's
 * defaults.
 *
 * For x [n, …, f…], μ and σ² are those over the last axes f…, at each position. σ² divides by the number of features. γ and
 * β are the parameters `scale` and `offset` [f…], and an L2 penalty leaves them out.
 *
 * - `features`: the size of the last axis, or the sizes f… of the last axes.
 * - `settings`: see {@link NormSettings}; optional.
 *
 * @throws {@link ShapeError} if a size is not a positive integer or ε is not positive; when the module is applied, if the
 *   input has other sizes.
 * @throws {@link GraphError} if a setting is unknown.
 * @function
 * @category Models: layers
 */
export const layerNorm = defModule({
  name: "layerNorm",
  options: (
    features: number | readonly number[],
    settings: NormSettings = {},
  ): LayerNormOptions => {
    checkSettings("layerNorm", settings, ["epsilon", "affine"]);
    const { epsilon = 1e-5, affine = true } = settings;
    const shape = typeof features === "number" ? [features] : [...features];
    checkNorm("layerNorm", shape, epsilon);
    return Object.freeze({ shape, epsilon, affine });
  },
  params: ({ shape, affine }) => scaleAndOffset(shape, affine),
  torch: ({ shape, affine }) => torchScaleAndOffset(shape, affine),
  apply: (params, x, { options: { shape, epsilon } }) => {
    const axis = lastAxes("layerNorm", x.shape, shape);
    const centred = sub(x, mean(x, { axis, keepDims: true }));
    const variance = mean(square(centred), { axis, keepDims: true });
    return scaled(mul(centred, rsqrt(add(variance, epsilon))), params, 0);
  },
});

/** Returns the last axes of an input that have the given sizes. Throws ShapeError. */
export function lastAxes(
  where: string,
  all: readonly number[],
  shape: readonly number[],
): readonly number[] {
  const begin = all.length - shape.length;
  if (begin > 0 && shape.every((size, axis) => size === all[begin + axis])) {
    return shape.map((_, axis) => begin + axis);
  }
  throw new ShapeError({
    where,
    must: `its input must be [n, …, ${shape.join(", ")}]`,
    got: `[${all.join(", ")}]`,
    todo: "give it the sizes of the last axes of the layer before it",
  });
}
