import type { Padding } from "@metrigrad/graph";
import { GraphError, type Initializer, ShapeError, sizeOf } from "@metrigrad/tensor";
import { param } from "../core/parameter.ts";
import { biasRow } from "../init/biasRow.ts";
import { fanInUniform } from "../init/fanIn.ts";
import type { TorchLayout, TorchPiece } from "../torch/layout.ts";
import { type Activation, activationOf } from "./activationOf.ts";
import { checkSettings } from "./checkSettings.ts";

/**
 * Settings of convolutions, such as {@link conv2d}.
 *
 * @category Models: layers
 */
export interface ConvSettings {
  /** The number of places from one patch to the next, for all axes or for each; 1 by default. */
  readonly stride?: number | readonly number[];
  /**
   * The number of zeros before and after each axis. "same" keeps the lengths (with stride 1), "valid" adds none and is the
   * default.
   */
  readonly padding?: Padding;
  /** The number of places from one element of a patch to the next; 1 by default. */
  readonly dilation?: number | readonly number[];
  /** The number of parts of the channels, each with its own weights; 1 by default. */
  readonly groups?: number;
  /** Whether each output channel has a bias; true by default. */
  readonly bias?: boolean;
  /** The activation: an op, or the name of one of metrigrad's; none by default. */
  readonly activation?: Activation | string;
  /**
   * The initialiser of the weights [in/groups·kernel…, out]; biases are then 0. By default weights and biases are uniform
   * in ±1/√(in/groups·kernel…), as in PyTorch.
   */
  readonly init?: Initializer;
}

/**
 * Settings of transposed convolutions, such as {@link convTranspose2d}.
 *
 * @category Models: layers
 */
export interface ConvTransposeSettings extends Omit<ConvSettings, "padding"> {
  /** The number of places that are cut on both sides, for all axes or for each; 0 by default. */
  readonly padding?: number | readonly number[];
  /** The number of places that are added at the end, below the stride or the dilation; 0 by default. */
  readonly outputPadding?: number | readonly number[];
}

const convNames = [
  "stride",
  "padding",
  "dilation",
  "groups",
  "bias",
  "activation",
  "init",
] as const;
const transposedNames = [...convNames, "outputPadding"] as const;

/**
 * Options of a convolution.
 *
 * @category Models: layers
 */
export interface ConvolutionOptions {
  /** The number of channels of the input. */
  readonly inputs: number;
  /** The number of channels of the response. */
  readonly outputs: number;
  /** The lengths of a patch, one for each axis. */
  readonly kernel: readonly number[];
  /** The number of places from one patch to the next, for all axes or for each. */
  readonly stride: number | readonly number[];
  /** The zeros before and after each axis, or the places that a transposed convolution cuts. */
  readonly padding: Padding;
  /** The number of places from one element of a patch to the next. */
  readonly dilation: number | readonly number[];
  /** The number of parts of the channels, each with its own weights. */
  readonly groups: number;
  /** Whether each output channel has a bias. */
  readonly bias: boolean;
  /** The activation; null for none. */
  readonly activation: Activation | null;
  /** The initialiser of the whole parameter `w`. */
  readonly init: Initializer;
  /** Whether the convolution is a transposed one. */
  readonly transposed: boolean;
  /** The number of places that a transposed convolution adds at the end. */
  readonly outputPadding: number | readonly number[];
}

/** Checks the arguments of a convolution over so many axes and returns its options. Throws ShapeError and GraphError. */
export function convolutionOptions(
  where: string,
  axes: number,
  inputs: number,
  outputs: number,
  given: number | readonly number[],
  settings: ConvSettings & { readonly outputPadding?: number | readonly number[] },
  transposed: boolean,
): ConvolutionOptions {
  checkSettings(where, settings, transposed ? transposedNames : convNames);
  const kernel = typeof given === "number" ? new Array<number>(axes).fill(given) : given;
  const counts = [inputs, outputs, ...(Array.isArray(kernel) ? kernel : [Number.NaN])];
  const whole = counts.every((n) => Number.isInteger(n) && n > 0);
  if (!whole || kernel.length !== axes) {
    throw new ShapeError({
      where,
      must: `channels and lengths of the kernel must be positive integers, one length or ${axes}`,
      got: `${inputs}, ${outputs}, ${JSON.stringify(given)}`,
      todo: `call ${where}(inputs, outputs, 3, { padding: 1 })`,
    });
  }
  checkPadding(where, settings.padding, transposed);
  const { groups = 1, bias = true } = settings;
  if (!(Number.isInteger(groups) && groups > 0) || inputs % groups > 0 || outputs % groups > 0) {
    throw new ShapeError({
      where,
      must: "groups must divide the channels of input and output",
      got: `${groups} groups for ${inputs} and ${outputs} channels`,
      todo: "choose a divisor of both",
    });
  }
  const places = sizeOf(kernel);
  const fan = ((transposed ? outputs : inputs) / groups) * places;
  const { init } = settings;
  const own = init === undefined ? fanInUniform(fan) : bias ? biasRow(init) : init;
  return Object.freeze({
    ...{ inputs, outputs, kernel, groups, bias, transposed, init: own },
    stride: settings.stride ?? 1,
    padding: settings.padding ?? 0,
    dilation: settings.dilation ?? 1,
    outputPadding: settings.outputPadding ?? 0,
    activation: activationOf(where, settings.activation),
  });
}

/** Throws GraphError unless the value is a padding. */
function checkPadding(where: string, padding: unknown = 0, transposed: boolean): void {
  if (typeof padding === "number" || Array.isArray(padding)) return;
  if (!transposed && (padding === "same" || padding === "valid")) return;
  throw new GraphError({
    where,
    must: `padding must be a number, or one for each axis${transposed ? "" : ', "same" or "valid"'}`,
    got: JSON.stringify(padding),
    todo: "pass the places on both sides",
  });
}

/** Returns the parameter of a convolution. Its rows are those of a patch, channels first, and the last row is the bias. */
export function convolutionParams({
  inputs,
  outputs,
  kernel,
  groups,
  bias,
  init,
}: ConvolutionOptions) {
  const rows = (inputs / groups) * sizeOf(kernel) + Number(bias);
  return { w: param([rows, outputs], init, { decay: bias ? "all but the last row" : "all" }) };
}

/**
 * Returns PyTorch's layout of a convolution: a weight [out, in/groups, kernel…]. That of a transposed one is [in, out/groups,
 * kernel…].
 */
export function convolutionTorch({
  inputs,
  outputs,
  kernel,
  groups,
  bias,
  transposed,
}: ConvolutionOptions): TorchLayout {
  const taps = kernel.map((_, k) => k);
  const weight: TorchPiece = transposed
    ? {
        name: "weight",
        shape: [inputs, outputs / groups, ...kernel],
        split: [groups, inputs / groups, outputs / groups, ...kernel],
        order: [1, ...taps.map((k) => k + 3), 0, 2],
      }
    : {
        name: "weight",
        shape: [outputs, inputs / groups, ...kernel],
        order: [1, ...taps.map((k) => k + 2), 0],
      };
  const own: TorchPiece = { name: "bias", shape: [outputs], optional: true };
  return { params: { w: bias ? [weight, own] : [weight] } };
}
