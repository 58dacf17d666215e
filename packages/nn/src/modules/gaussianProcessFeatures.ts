import { add, cos, matmul, mul, reshape } from "@metrigrad/graph";
import { type Initializer, sizeOf, uniformStream } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { state } from "../core/parameter.ts";
import { drawNormal } from "../init/draw.ts";
import { checkSettings } from "./checkSettings.ts";
import { checkFeatures } from "./fourierFeatures.ts";
import { checkWidth } from "./weightNorm.ts";

/**
 * Settings of {@link gaussianProcessFeatures}.
 *
 * @category Models: layers
 */
export interface GaussianProcessSettings {
  /** The length scale ℓ, the distance over which the functions vary, in units of x; 1 by default. */
  readonly lengthScale?: number;
  /** The amplitude a, the standard deviation of the functions; 1 by default. */
  readonly amplitude?: number;
}

/**
 * Options of random features of a Gaussian process.
 *
 * @category Models: layers
 */
export interface GaussianProcessOptions extends Required<GaussianProcessSettings> {
  /** The width of the rows. */
  readonly inputs: number;
  /** The number D of features. */
  readonly features: number;
}

/**
 * Makes random features φ(x) = a√(2/D)·cos(xW/ℓ + b) of a Gaussian process (Rahimi and Recht 2007).
 *
 * The product φ(x)'φ(x') is the kernel a² exp(−‖x − x'‖²/(2ℓ²)) up to an error of order 1/√D. W ~ N(0, 1) and b, uniform in
 * [0, 2π), are fixed. They map x [n, …, inputs] to [n, …, features].
 *
 * A linear layer on them, with weights N(0, I), stands for a Gaussian process. Its ridge regression gives the posterior
 * mean: half the sum of squared errors with an L2 penalty of ½σ²‖w‖². The inverse of the last layer's damped metric is the
 * posterior covariance. Behind a net that keeps distances ({@link spectralNorm} with residual blocks) this is the output
 * layer of SNGP (Liu et al. 2020).
 *
 * - `inputs`: the width of the rows.
 * - `features`: the number D of features. With more features the kernel is closer.
 * - `settings`: see {@link GaussianProcessSettings}; optional.
 *
 * @throws {@link ShapeError} if a size or a setting is not positive; when the module is applied, if the input has another
 *   width.
 * @throws {@link GraphError} if a setting is unknown.
 * @function
 * @category Models: layers
 */
export const gaussianProcessFeatures = defModule({
  name: "gaussianProcessFeatures",
  options: (
    inputs: number,
    features: number,
    settings: GaussianProcessSettings = {},
  ): GaussianProcessOptions => {
    checkSettings("gaussianProcessFeatures", settings, ["lengthScale", "amplitude"]);
    const { lengthScale = 1, amplitude = 1 } = settings;
    checkFeatures("gaussianProcessFeatures", inputs, features, { lengthScale, amplitude });
    return Object.freeze({ inputs, features, lengthScale, amplitude });
  },
  params: ({ inputs, features }) => ({
    w: state([inputs, features], (context) => drawNormal(context, 1)),
    b: state([features], phases),
  }),
  apply: ({ w, b }, x, { options }) => {
    const { inputs, features, lengthScale, amplitude } = options;
    checkWidth("gaussianProcessFeatures", x, inputs);
    const angles = add(mul(matmul(reshape(x, [-1, inputs]), w), 1 / lengthScale), b);
    const values = mul(cos(angles), amplitude * Math.sqrt(2 / features));
    return reshape(values, [...x.shape.slice(0, -1), features]);
  },
});

/** The initialiser that is uniform in [0, 2π). */
const phases: Initializer = ({ path, seed, shape }) => {
  const stream = uniformStream({ path, seed });
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => 2 * Math.PI * stream.uniform(i));
};
