import { add, mean, mul, rsqrt, square } from "@metrigrad/graph";
import { defModule } from "../core/defModule.ts";
import type { TorchLayout } from "../torch/layout.ts";
import { checkSettings } from "./checkSettings.ts";
import { lastAxes } from "./layerNorm.ts";
import {
  checkNorm,
  type NormSettings,
  type ScaleAndOffset,
  scaleAndOffset,
  scaled,
} from "./scaleAndOffset.ts";

/**
 * Options of root mean square normalisation.
 *
 * @category Models: layers
 */
export interface RmsNormOptions extends Required<NormSettings> {
  /** The sizes of the last axes, over which the mean square is taken. */
  readonly shape: readonly number[];
}

/** The machine epsilon of float32, which PyTorch takes. */
const smallest = 2 ** -23;

/**
 * Makes root mean square normalisation, γ x/√(mean(x²) + ε) (Zhang and Sennrich 2019, arXiv 1910.07467).
 *
 * The mean is over the last axes f… of x [n, …, f…]. γ is the parameter `scale` [f…], and there is no offset. ε is 2⁻²³ by
 * default on every backend, which is PyTorch's value for float32.
 *
 * - `features`: the size of the last axis, or the sizes f… of the last axes.
 * - `settings`: see {@link NormSettings}; optional; ε is 2⁻²³ by default here.
 *
 * @throws {@link ShapeError} if a size is not a positive integer or ε is not positive; when the module is applied, if the
 *   input has other sizes.
 * @throws {@link GraphError} if a setting is unknown.
 * @function
 * @category Models: layers
 */
export const rmsNorm = defModule({
  name: "rmsNorm",
  options: (features: number | readonly number[], settings: NormSettings = {}): RmsNormOptions => {
    checkSettings("rmsNorm", settings, ["epsilon", "affine"]);
    const { epsilon = smallest, affine = true } = settings;
    const shape = typeof features === "number" ? [features] : [...features];
    checkNorm("rmsNorm", shape, epsilon);
    return Object.freeze({ shape, epsilon, affine });
  },
  params: ({ shape, affine }): Pick<ScaleAndOffset, "scale"> => {
    const { scale } = scaleAndOffset(shape, affine);
    return scale === undefined ? {} : { scale };
  },
  torch: ({ shape, affine }): TorchLayout => ({
    params: affine ? { scale: [{ name: "weight", shape }] } : {},
  }),
  apply: (params, x, { options: { shape, epsilon } }) => {
    const axis = lastAxes("rmsNorm", x.shape, shape);
    const power = mean(square(x), { axis, keepDims: true });
    return scaled(mul(x, rsqrt(add(power, epsilon))), params, 0);
  },
});
