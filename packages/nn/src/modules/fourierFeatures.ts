import { concat, cos, matmul, mul, reshape, sin } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param, state } from "../core/parameter.ts";
import { drawNormal } from "../init/draw.ts";
import { checkSettings } from "./checkSettings.ts";
import { checkWidth } from "./weightNorm.ts";

/**
 * Settings of {@link fourierFeatures}.
 *
 * @category Models: layers
 */
export interface FourierSettings {
  /** The standard deviation of the frequencies, in cycles per unit of x; 1 by default. */
  readonly sigma?: number;
  /** Whether the frequencies are trained; false by default. */
  readonly trainable?: boolean;
}

/**
 * Options of Fourier features.
 *
 * @category Models: layers
 */
export interface FourierOptions extends Required<FourierSettings> {
  /** The width of the rows. */
  readonly inputs: number;
  /** The number of frequencies. */
  readonly features: number;
}

/**
 * Makes Fourier features (cos 2πxB, sin 2πxB) with random frequencies B ~ N(0, σ²) (Tancik et al. 2020).
 *
 * A net on them learns fine detail that a net on x itself learns very slowly. They map x [n, …, inputs] to [n, …,
 * 2·features], the cosines first. B [inputs, features] is a function of the store's seed. It is fixed unless `trainable` is
 * true.
 *
 * - `inputs`: the width of the rows.
 * - `features`: the number of frequencies.
 * - `settings`: see {@link FourierSettings}; optional.
 *
 * @throws {@link ShapeError} if a size or a setting is not positive; when the module is applied, if the input has another
 *   width.
 * @throws {@link GraphError} if a setting is unknown.
 * @function
 * @category Models: layers
 */
export const fourierFeatures = defModule({
  name: "fourierFeatures",
  options: (inputs: number, features: number, settings: FourierSettings = {}): FourierOptions => {
    checkSettings("fourierFeatures", settings, ["sigma", "trainable"]);
    const { sigma = 1, trainable = false } = settings;
    checkFeatures("fourierFeatures", inputs, features, { sigma });
    return Object.freeze({ inputs, features, sigma, trainable });
  },
  params: ({ inputs, features, sigma, trainable }) => {
    const init = (context: Parameters<typeof drawNormal>[0]) => drawNormal(context, sigma);
    const shape = [inputs, features];
    return { b: trainable ? param(shape, init, { decay: "none" }) : state(shape, init) };
  },
  apply: ({ b }, x, { options: { inputs, features } }) => {
    checkWidth("fourierFeatures", x, inputs);
    const cycles = matmul(reshape(x, [-1, inputs]), b);
    const angles = mul(cycles, 2 * Math.PI);
    const response = reshape(concat([cos(angles), sin(angles)], 1), [
      ...x.shape.slice(0, -1),
      2 * features,
    ]);
    return { response, preActivation: cycles };
  },
});

/** Throws ShapeError unless the sizes are positive integers and the other numbers are positive. */
export function checkFeatures(
  where: string,
  inputs: number,
  features: number,
  others: Readonly<Record<string, number>>,
): void {
  const whole = [inputs, features].every((size) => Number.isInteger(size) && size > 0);
  const odd = Object.entries(others).find(([, value]) => !(value > 0 && value < Infinity));
  if (whole && odd === undefined) return;
  throw new ShapeError({
    where,
    must: whole
      ? `${odd?.[0]} must be a positive number`
      : "inputs and features must be positive integers",
    got: whole ? String(odd?.[1]) : `${inputs} and ${features}`,
    todo: `call ${where}(inputs, features, { ${Object.keys(others).join(", ")} })`,
  });
}
