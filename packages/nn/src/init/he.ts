import type { Initializer } from "@metrigrad/tensor";
import { drawNormal, drawUniform, fansOf } from "./draw.ts";

/**
 * The initialiser of He for relu units, uniform in ±√(6/in) for a weight [in, out] (He et al. 2015).
 *
 * It is PyTorch's `kaiming_uniform_` for relu.
 *
 * @category Models: own modules
 */
export const heUniform: Initializer = (context) =>
  drawUniform(context, Math.sqrt(6 / fansOf(context).inputs));

/**
 * The initialiser of He for relu units, normal with variance 2/in for a weight [in, out] (He et al. 2015, equation 10).
 *
 * It is PyTorch's `kaiming_normal_` for relu.
 *
 * @category Models: own modules
 */
export const heNormal: Initializer = (context) =>
  drawNormal(context, Math.sqrt(2 / fansOf(context).inputs));
