import { moveAxis, type Node, prelu as preluOf, reshape } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param } from "../core/parameter.ts";
import { constantInit } from "../init/constant.ts";
import { checkSettings } from "./checkSettings.ts";

/**
 * Settings of activations with a parameter, {@link prelu} and {@link swish}.
 *
 * @category Models: layers
 */
export interface SlopeSettings {
  /** The initial value of the parameter; 0.25 for `prelu` and 1 for `swish` by default. */
  readonly init?: number;
  /** The axis of x that has the channels; 1 by default, as in PyTorch, and −1 for the last. */
  readonly axis?: number;
}

/**
 * Options of activations with a parameter.
 *
 * @category Models: layers
 */
export interface SlopeOptions extends Required<SlopeSettings> {
  /** The number of values of the parameter: 1 for all, or one per channel. */
  readonly features: number;
}

/**
 * Makes the activation max(x, 0) + a·min(x, 0) with a trained slope `a` [features] (He et al. 2015).
 *
 * There is one slope for all elements, or one per channel. Channels are on axis 1 by default, as in PyTorch. The slope
 * begins at 0.25, and an L2 penalty leaves it out.
 *
 * - `features`: 1 for one slope, the default, or the number of channels.
 * - `settings`: see {@link SlopeSettings}; optional.
 *
 * @throws {@link ShapeError} if a size or a setting is out of range; when the module is applied, if the input has other
 *   channels.
 * @throws {@link GraphError} if a setting is unknown.
 * @function
 * @category Models: layers
 */
export const prelu = defModule({
  name: "prelu",
  options: (features: number = 1, settings: SlopeSettings = {}): SlopeOptions =>
    slopeOptions("prelu", features, { init: 0.25, ...settings }),
  params: ({ features, init }) => ({
    a: param([features], constantInit(init), { decay: "none" }),
  }),
  torch: ({ features }) => ({ params: { a: [{ name: "weight", shape: [features] }] } }),
  apply: ({ a }, x, { options }) => {
    const { features, axis } = options;
    const at = channelAxis("prelu", x, options);
    if (features === 1 || at === 1) return { response: preluOf(x, a), preActivation: x };
    return { response: moveAxis(preluOf(moveAxis(x, axis, 1), a), 1, axis), preActivation: x };
  },
});

/** Returns the options of an activation with a parameter. Throws ShapeError and GraphError. */
export function slopeOptions(
  where: string,
  features: number,
  settings: SlopeSettings & { readonly init: number },
): SlopeOptions {
  checkSettings(where, settings, ["init", "axis"]);
  const { init, axis = 1 } = settings;
  const whole = Number.isInteger(features) && features > 0 && Number.isInteger(axis);
  if (whole && Number.isFinite(init)) return Object.freeze({ features, init, axis });
  throw new ShapeError({
    where,
    must: "features must be a positive integer, axis an integer and init finite",
    got: `${features}, ${axis} and ${init}`,
    todo: `call ${where}(1) for one value, or ${where}(channels, { axis })`,
  });
}

/** Returns a parameter [features] with the axes of x that it multiplies. Throws ShapeError. */
export function perChannel(where: string, parameter: Node, x: Node, options: SlopeOptions): Node {
  const at = channelAxis(where, x, options);
  const { features } = options;
  const ones = x.shape.map((_, k) => (k === at ? features : 1));
  return reshape(parameter, features > 1 ? ones : x.shape.map(() => 1));
}

/** Returns the axis of the channels, counted from the front. Throws ShapeError if x has other channels. */
function channelAxis(where: string, { shape }: Node, { features, axis }: SlopeOptions): number {
  const at = axis < 0 ? axis + shape.length : axis;
  if (features === 1 || shape[at] === features) return at;
  throw new ShapeError({
    where,
    must: `its input must have ${features} channels on axis ${axis}`,
    got: showShape(shape),
    todo: "pass the number of channels, and { axis: -1 } where they are last",
  });
}
