import type { Initializer } from "@metrigrad/tensor";
import { drawNormal, drawUniform, fansOf } from "./draw.ts";

/** Uniform in ±√(3/in) for a weight [in, out] (LeCun et al. 1998, "Efficient backprop", section 4.6). */
export const lecunUniform: Initializer = (context) =>
  drawUniform(context, Math.sqrt(3 / fansOf(context).inputs));

/** Normal of variance 1/in for a weight [in, out] (LeCun et al. 1998), as for selu units. */
export const lecunNormal: Initializer = (context) =>
  drawNormal(context, Math.sqrt(1 / fansOf(context).inputs));
