import { add, mean, mul, type Node, reshape, rsqrt, square, sub } from "@metrigrad/graph";
import { ShapeError, sizeOf } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { checkSettings } from "./checkSettings.ts";
import {
  checkChannels,
  checkNorm,
  type NormSettings,
  scaleAndOffset,
  scaled,
} from "./scaleAndOffset.ts";

/** Options of group normalisation. */
export interface GroupNormOptions extends Required<NormSettings> {
  readonly groups: number;
  readonly channels: number;
}

/**
 * γ (x − μ)/√(σ² + ε) + β for x [n, c, …] with μ and σ² of every sample over all positions of a group of c/groups channels
 * (Wu and He 2018, arXiv 1803.08494), with PyTorch's defaults. γ and β, `scale` and `offset` [c], are left out by L2.
 * @throws ShapeError for sizes that are not positive integers, channels that are no multiple of the groups, an ε that is
 *   not positive, and an input of other width
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
  apply: (params, x, { options: { groups, channels, epsilon } }) => {
    checkChannels("groupNorm", x, channels, 2);
    return scaled(standardByGroup(x, groups, epsilon), params, x.shape.length - 2);
  },
});

/** (x − μ)/√(σ² + ε) of x [n, c, …] by sample and group of channels. */
export function standardByGroup(x: Node, groups: number, epsilon: number): Node {
  const [n = 0, ...rest] = x.shape;
  const grouped = reshape(x, [n, groups, sizeOf(rest) / groups]);
  const centred = sub(grouped, mean(grouped, { axis: 2, keepDims: true }));
  const variance = mean(square(centred), { axis: 2, keepDims: true });
  return reshape(mul(centred, rsqrt(add(variance, epsilon))), x.shape);
}
