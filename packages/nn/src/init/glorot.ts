import type { Initializer } from "@metrigrad/tensor";
import { drawNormal, drawUniform, fansOf } from "./draw.ts";

/** Uniform in ±√(6/(in + out)) for a weight [in, out] (Glorot and Bengio 2010, eq. 16); PyTorch's `xavier_uniform_`. */
export const glorotUniform: Initializer = (context) => {
  const { inputs, outputs } = fansOf(context);
  return drawUniform(context, Math.sqrt(6 / (inputs + outputs)));
};

/** Normal of variance 2/(in + out) for a weight [in, out] (Glorot and Bengio 2010, eq. 12); PyTorch's `xavier_normal_`. */
export const glorotNormal: Initializer = (context) => {
  const { inputs, outputs } = fansOf(context);
  return drawNormal(context, Math.sqrt(2 / (inputs + outputs)));
};
