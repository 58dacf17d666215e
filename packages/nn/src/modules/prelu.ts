import { moveAxis, type Node, prelu as preluOf, reshape } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param } from "../core/parameter.ts";
import { constantInit } from "../init/constant.ts";
import { checkSettings } from "./checkSettings.ts";

/** What activations with a parameter take beside their size. */
export interface SlopeSettings {
  /** Initial value. */
  readonly init?: number;
  /** The axis of x that has the channels; 1 by default, as PyTorch's: −1 for features last. */
  readonly axis?: number;
}

/** Options of activations with a parameter. */
export interface SlopeOptions extends Required<SlopeSettings> {
  /** Values of the parameter: one for all, or one per channel. */
  readonly features: number;
}

/**
 * max(x, 0) + a·min(x, 0) with a trained slope `a` [features] (He et al. 2015): one for all, or one per channel, which
 * are on axis 1 as in PyTorch. a is 0.25 at first. L2 leaves it out.
 * @param features 1: one slope; else the number of channels
 * @param settings `init` and `axis`
 * @throws ShapeError for sizes that are not positive integers, and inputs with other channels
 */
export const prelu = defModule({
  name: "prelu",
  options: (features: number = 1, settings: SlopeSettings = {}): SlopeOptions =>
    slopeOptions("prelu", features, { init: 0.25, ...settings }),
  params: ({ features, init }) => ({
    a: param([features], constantInit(init), { decay: "none" }),
  }),
  apply: ({ a }, x, { options }) => {
    const { features, axis } = options;
    const at = channelAxis("prelu", x, options);
    if (features === 1 || at === 1) return { response: preluOf(x, a), preActivation: x };
    return { response: moveAxis(preluOf(moveAxis(x, axis, 1), a), 1, axis), preActivation: x };
  },
});

/** Throws ShapeError. */
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

/** A parameter [features] with the axes of x that it multiplies. Throws ShapeError. */
export function perChannel(where: string, parameter: Node, x: Node, options: SlopeOptions): Node {
  const at = channelAxis(where, x, options);
  const { features } = options;
  const ones = x.shape.map((_, k) => (k === at ? features : 1));
  return reshape(parameter, features > 1 ? ones : x.shape.map(() => 1));
}

/** The axis of the channels, counted from the front. Throws ShapeError where x has others. */
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
