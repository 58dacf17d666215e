import { add, mean, mul, type Node, reshape, rsqrt, square, sub } from "@metrigrad/graph";
import { ShapeError, sizeOf } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { torchScaleAndOffset } from "../torch/layout.ts";
import { checkSettings } from "./checkSettings.ts";
import {
  checkChannels,
  checkNorm,
  type NormSettings,
  scaleAndOffset,
  scaled,
} from "./scaleAndOffset.ts";

/**
 * Options of group normalisation.
 *
 * @category Models: layers
 */
export interface GroupNormOptions extends Required<NormSettings> {
  /** The number of groups, a divisor of the channels. */
  readonly groups: number;
  /** The number of channels. */
  readonly channels: number;
}

/**
 * Makes group normalisation, γ (x − μ)/√(σ² + ε) + β (Wu and He 2018, arXiv 1803.08494), with PyTorch's defaults.
 *
 * For x [n, c, …], μ and σ² are those of each sample over all positions of a group of c/groups channels. γ and β are the
 * parameters `scale` and `offset` [c], and an L2 penalty leaves them out.
 *
 * - `groups`: the number of groups.
 * - `channels`: the number c of channels.
 * - `settings`: see {@link NormSettings}; optional.
 *
 * @throws {@link ShapeError} if a size is not a positive integer, ε is not positive, or the channels are not a multiple of
 *   the groups; when the module is applied, if the input has other channels.
 * @throws {@link GraphError} if a setting is unknown.
 * @function
 * @category Models: layers
 */
export const groupNorm = defModule({
  name: "groupNorm",
  options: (groups: number, channels: number, settings: NormSettings = {}): GroupNormOptions => {
    checkSettings("groupNorm", settings, ["epsilon", "affine"]);
    const { epsilon = 1e-5, affine = true } = settings;
    checkNorm("groupNorm", [groups, channels], epsilon);
    if (channels % groups === 0) return Object.freeze({ groups, channels, epsilon, affine });
    throw new ShapeError({
      where: "groupNorm",
      must: "channels must be a multiple of the groups",
      got: `${channels} channels and ${groups} groups`,
      todo: "call groupNorm(groups, channels), as groupNorm(8, 64)",
    });
  },
  params: ({ channels, affine }) => scaleAndOffset([channels], affine),
  torch: ({ channels, affine }) => torchScaleAndOffset([channels], affine),
  apply: (params, x, { options: { groups, channels, epsilon } }) => {
    checkChannels("groupNorm", x, channels, 2);
    return scaled(standardByGroup(x, groups, epsilon), params, x.shape.length - 2);
  },
});

/** Returns (x − μ)/√(σ² + ε) of x [n, c, …], by sample and group of channels. */
export function standardByGroup(x: Node, groups: number, epsilon: number): Node {
  const [n = 0, ...rest] = x.shape;
  const grouped = reshape(x, [n, groups, sizeOf(rest) / groups]);
  const centred = sub(grouped, mean(grouped, { axis: 2, keepDims: true }));
  const variance = mean(square(centred), { axis: 2, keepDims: true });
  return reshape(mul(centred, rsqrt(add(variance, epsilon))), x.shape);
}
