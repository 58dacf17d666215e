import { add, mean, mul, rsqrt, square, sub } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { checkSettings } from "./checkSettings.ts";
import { checkNorm, type NormSettings, scaleAndOffset, scaled } from "./scaleAndOffset.ts";

/** Options of layer normalisation. */
export interface LayerNormOptions extends Required<NormSettings> {
  /** Sizes of the last axes, over which is normalised. */
  readonly shape: readonly number[];
}

/**
 * γ (x − μ)/√(σ² + ε) + β over the last axes of x [n, …, f…], for every position by itself (Ba, Kiros and Hinton 2016,
 * arXiv 1607.06450), with PyTorch's defaults. σ² is that of the number of features. γ and β, `scale` and `offset`, have
 * the sizes of those axes; the penalty of L2 leaves them out.
 * @throws ShapeError for sizes that are not positive integers, an ε that is not positive, and an input of other sizes
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
  apply: (params, x, { options: { shape, epsilon } }) => {
    const axis = lastAxes("layerNorm", x.shape, shape);
    const centred = sub(x, mean(x, { axis, keepDims: true }));
    const variance = mean(square(centred), { axis, keepDims: true });
    return scaled(mul(centred, rsqrt(add(variance, epsilon))), params, 0);
  },
});

/** The last axes of an input that have some sizes. Throws ShapeError. */
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
