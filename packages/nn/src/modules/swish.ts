import { mul, sigmoid } from "@metrigrad/graph";
import { defModule } from "../core/defModule.ts";
import { param } from "../core/parameter.ts";
import { constantInit } from "../init/constant.ts";
import { perChannel, type SlopeOptions, type SlopeSettings, slopeOptions } from "./prelu.ts";

/**
 * Makes the activation x·sigm(βx) with a trained `beta` [features] (Ramachandran et al. 2017).
 *
 * There is one β for all elements, or one per channel. Channels are on axis 1 by default. β begins at 1, and an L2 penalty
 * leaves it out. With a fixed β of 1 it is the op `silu`.
 *
 * - `features`: 1 for one β, the default, or the number of channels.
 * - `settings`: see {@link SlopeSettings}; optional.
 *
 * @throws {@link ShapeError} if a size or a setting is out of range; when the module is applied, if the input has other
 *   channels.
 * @throws {@link GraphError} if a setting is unknown.
 * @function
 * @category Models: layers
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
