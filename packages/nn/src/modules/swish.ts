import { mul, sigmoid } from "@metrigrad/graph";
import { defModule } from "../core/defModule.ts";
import { param } from "../core/parameter.ts";
import { constantInit } from "../init/constant.ts";
import { perChannel, type SlopeOptions, type SlopeSettings, slopeOptions } from "./prelu.ts";

/**
 * x·sigm(βx) with a trained `beta` [features], 1 at first (Ramachandran et al. 2017): one for all, or one per channel, which are
 * on axis 1 by default. With β = 1 and not trained it is the op `silu`. L2 leaves β out.
 * @param features 1: one β; else the number of channels
 * @param settings `init` and `axis`
 * @throws ShapeError for sizes that are not positive integers, and inputs with other channels
 */
export const swish = defModule({
  name: "swish",
  options: (features: number = 1, settings: SlopeSettings = {}): SlopeOptions =>
    slopeOptions("swish", features, { init: 1, ...settings }),
  params: ({ features, init }) => ({
    beta: param([features], constantInit(init), { decay: "none" }),
  }),
  apply: ({ beta }, x, { options }) => {
    const response = mul(x, sigmoid(mul(x, perChannel("swish", beta, x, options))));
    return { response, preActivation: x };
  },
});
