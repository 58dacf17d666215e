import { add, cos, matmul, mul, reshape } from "@metrigrad/graph";
import { type Initializer, sizeOf, uniformStream } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { state } from "../core/parameter.ts";
import { drawNormal } from "../init/draw.ts";
import { checkSettings } from "./checkSettings.ts";
import { checkFeatures } from "./fourierFeatures.ts";
import { checkWidth } from "./weightNorm.ts";

/** What `gaussianProcessFeatures` takes beside its sizes. */
export interface GaussianProcessSettings {
  /** ℓ, the distance over which the functions vary; 1 by default. */
  readonly lengthScale?: number;
  /** a, the standard deviation of the functions; 1 by default. */
  readonly amplitude?: number;
}

/** Options of random features of a Gaussian process. */
export interface GaussianProcessOptions extends Required<GaussianProcessSettings> {
  readonly inputs: number;
  readonly features: number;
}

/**
 * Random features φ(x) = a√(2/D) cos(xW/ℓ + b) of a Gaussian process with the kernel a² exp(−‖x − x'‖²/(2ℓ²)): φ(x)'φ(x') is
 * that kernel up to an error of order 1/√D (Rahimi and Recht 2007), with W ~ N(0, 1) and b uniform in [0, 2π), both fixed.
 *
 * A linear layer on them is a Gaussian process with weights N(0, I) in the place of functions: its ridge regression (an L2
 * penalty of σ²/2 times ‖w‖² beside half the sum of squared errors) is the posterior mean, and the inverse of the last layer's
 * damped metric its covariance. Behind a net that keeps distances (`spectralNorm` with residual blocks) this is the output layer
 * of SNGP (Liu et al. 2020). x is [n, …, inputs], the response [n, …, features].
 * @param inputs width of the rows
 * @param features D, the more the closer to the kernel
 * @param settings `lengthScale` and `amplitude`
 * @throws ShapeError for settings out of range and inputs of another width
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

/** Uniform in [0, 2π). */
const phases: Initializer = ({ path, seed, shape }) => {
  const stream = uniformStream({ path, seed });
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => 2 * Math.PI * stream.uniform(i));
};
