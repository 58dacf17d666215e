import type { Initializer } from "@metrigrad/tensor";
import { drawNormal, drawUniform, fansOf } from "./draw.ts";

/**
 * The initialiser of Glorot, uniform in ±√(6/(in + out)) for a weight [in, out] (Glorot and Bengio 2010, equation 16).
 *
 * It is PyTorch's `xavier_uniform_`.
 *
 * @category Models: own modules
 */
export const glorotUniform: Initializer = (context) => {
  const { inputs, outputs } = fansOf(context);
  return drawUniform(context, Math.sqrt(6 / (inputs + outputs)));
};

/**
 * The initialiser of Glorot, normal with variance 2/(in + out) for a weight [in, out] (Glorot and Bengio 2010, equation
 * 12).
 *
 * It is PyTorch's `xavier_normal_`.
 *
 * @category Models: own modules
 */
export const glorotNormal: Initializer = (context) => {
  const { inputs, outputs } = fansOf(context);
  return drawNormal(context, Math.sqrt(2 / (inputs + outputs)));
};
