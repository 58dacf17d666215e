import { defModule } from "../core/defModule.ts";
import { torchScaleAndOffset } from "../torch/layout.ts";
import { checkSettings } from "./checkSettings.ts";
import { standardByGroup } from "./groupNorm.ts";
import {
  checkChannels,
  checkNorm,
  type NormSettings,
  scaleAndOffset,
  scaled,
} from "./scaleAndOffset.ts";

/**
 * Options of instance normalisation.
 *
 * @category Models: layers
 */
export interface InstanceNormOptions extends Required<NormSettings> {
  /** The number of channels. */
  readonly channels: number;
}

/**
 * Makes instance normalisation, (x − μ)/√(σ² + ε) (Ulyanov, Vedaldi and Lempitsky 2016, arXiv 1607.08022).
 *
 * For x [n, c, …], μ and σ² are those of each sample and channel over its positions. As in PyTorch there are no running
 * statistics, and no γ and β unless `affine` is true.
 *
 * - `channels`: the number c of channels.
 * - `settings`: see {@link NormSettings}; optional; `affine` is false by default here.
 *
 * @throws {@link ShapeError} if the size is not a positive integer or ε is not positive; when the module is applied, if the
 *   input has no positions or other channels.
 * @throws {@link GraphError} if a setting is unknown.
 * @function
 * @category Models: layers
 */
export const instanceNorm = defModule({
  name: "instanceNorm",
  options: (channels: number, settings: NormSettings = {}): InstanceNormOptions => {
    checkSettings("instanceNorm", settings, ["epsilon", "affine"]);
    const { epsilon = 1e-5, affine = false } = settings;
    checkNorm("instanceNorm", [channels], epsilon);
    return Object.freeze({ channels, epsilon, affine });
  },
  params: ({ channels, affine }) => scaleAndOffset([channels], affine),
  torch: ({ channels, affine }) => torchScaleAndOffset([channels], affine),
  apply: (params, x, { options: { channels, epsilon } }) => {
    checkChannels("instanceNorm", x, channels, 3);
    return scaled(standardByGroup(x, channels, epsilon), params, x.shape.length - 2);
  },
});
