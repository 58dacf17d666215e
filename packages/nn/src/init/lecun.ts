import type { Initializer } from "@metrigrad/tensor";
import { drawNormal, drawUniform, fansOf } from "./draw.ts";

/**
 * The initialiser of LeCun, uniform in ±√(3/in) for a weight [in, out] (LeCun et al. 1998, "Efficient backprop", section
 * 4.6).
 *
 * @category Models: own modules
 */
export const lecunUniform: Initializer = (context) =>
  drawUniform(context, Math.sqrt(3 / fansOf(context).inputs));

/**
 * The initialiser of LeCun, normal with variance 1/in for a weight [in, out] (LeCun et al. 1998). Selu units take it.
 *
 * @category Models: own modules
 */
export const lecunNormal: Initializer = (context) =>
  drawNormal(context, Math.sqrt(1 / fansOf(context).inputs));
