import type { Initializer } from "@metrigrad/tensor";
import { drawNormal, drawUniform, fansOf } from "./draw.ts";

/** Uniform in ±√(6/in) for a weight [in, out] (He et al. 2015); PyTorch's `kaiming_uniform_` for relu. */
export const heUniform: Initializer = (context) =>
  drawUniform(context, Math.sqrt(6 / fansOf(context).inputs));

/** Normal of variance 2/in for a weight [in, out] (He et al. 2015, eq. 10); PyTorch's `kaiming_normal_` for relu. */
export const heNormal: Initializer = (context) =>
  drawNormal(context, Math.sqrt(2 / fansOf(context).inputs));
