import type { Initializer } from "@metrigrad/tensor";
import { drawNormal, drawUniform, fans } from "./draw.ts";

/** Uniform in ±√(6/in) for a weight [in, out] (He et al. 2015). */
export const heUniform: Initializer = (context) =>
  drawUniform(context, Math.sqrt(6 / fans(context.shape).inputs));

/** Normal of variance 2/in for a weight [in, out] (He et al. 2015, eq. 10). */
export const heNormal: Initializer = (context) =>
  drawNormal(context, Math.sqrt(2 / fans(context.shape).inputs));
