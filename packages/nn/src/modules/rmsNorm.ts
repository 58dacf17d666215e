import { add, mean, mul, rsqrt, square } from "@metrigrad/graph";
import { defModule } from "../core/defModule.ts";
import { checkSettings } from "./checkSettings.ts";
import { lastAxes } from "./layerNorm.ts";
import {
  checkNorm,
  type NormSettings,
  type ScaleAndOffset,
  scaleAndOffset,
  scaled,
} from "./scaleAndOffset.ts";

/** Options of root mean square normalisation. */
export interface RmsNormOptions extends Required<NormSettings> {
  /** Sizes of the last axes, over which is normalised. */
  readonly shape: readonly number[];
}

/** The machine epsilon of float32, which PyTorch takes. */
const smallest = 2 ** -23;

/**
 * γ x/√(mean(x²) + ε) over the last axes of x [n, …, f…] (Zhang and Sennrich 2019, arXiv 1910.07467). There is no
 * offset. ε is 2⁻²³ by default, PyTorch's for float32, on every backend.
 * @throws ShapeError for sizes that are not positive integers, an ε that is not positive, and an input of other sizes
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
  apply: (params, x, { options: { shape, epsilon } }) => {
    const axis = lastAxes("rmsNorm", x.shape, shape);
    const power = mean(square(x), { axis, keepDims: true });
    return scaled(mul(x, rsqrt(add(power, epsilon))), params, 0);
  },
});
