import { defModule } from "../core/defModule.ts";
import { checkSettings } from "./checkSettings.ts";
import { standardByGroup } from "./groupNorm.ts";
import {
  checkChannels,
  checkNorm,
  type NormSettings,
  scaleAndOffset,
  scaled,
} from "./scaleAndOffset.ts";

/** Options of instance normalisation. */
export interface InstanceNormOptions extends Required<NormSettings> {
  readonly channels: number;
}

/**
 * (x − μ)/√(σ² + ε) for x [n, c, …] with μ and σ² of every sample and channel over its positions (Ulyanov, Vedaldi and
 * Lempitsky 2016, arXiv 1607.08022). As in PyTorch there are no γ and β unless `affine` says so, and no running
 * statistics.
 * @throws ShapeError for sizes that are not positive integers, an ε that is not positive, and an input without positions
 *   or of other width
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
  apply: (params, x, { options: { channels, epsilon } }) => {
    checkChannels("instanceNorm", x, channels, 3);
    return scaled(standardByGroup(x, channels, epsilon), params, x.shape.length - 2);
  },
});
