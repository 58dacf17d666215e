import type { Padding } from "@metrigrad/graph";
import { GraphError, type Initializer, ShapeError, sizeOf } from "@metrigrad/tensor";
import { param } from "../core/parameter.ts";
import { biasRow } from "../init/biasRow.ts";
import { fanInUniform } from "../init/fanIn.ts";
import { type Activation, activationOf } from "./activationOf.ts";
import { checkSettings } from "./checkSettings.ts";

/** What a convolution takes beside its channels and its kernel. */
export interface ConvSettings {
  /** Places from one patch to the next, for all axes or for each; 1 by default. */
  readonly stride?: number | readonly number[];
  /** Zeros before and after, "same" (the lengths stay, stride 1) or "valid" (none, the default). */
  readonly padding?: Padding;
  /** Places from one element of a patch to the next; 1 by default. */
  readonly dilation?: number | readonly number[];
  /** Parts of the channels, each with weights of its own; 1 by default. */
  readonly groups?: number;
  /** Whether each output channel has a bias; true by default. */
  readonly bias?: boolean;
  /** An op, or the name of one of metrigrad's; none by default. */
  readonly activation?: Activation | string;
  /**
   * Initial weights [in/groups·kernel…, out], with biases of 0; by default PyTorch's, weights and biases uniform in
   * ±1/√(in/groups·kernel…).
   */
  readonly init?: Initializer;
}

/** What a transposed convolution takes beside its channels and its kernel. */
export interface ConvTransposeSettings extends Omit<ConvSettings, "padding"> {
  /** Places cut on both sides, for all axes or for each; 0 by default. */
  readonly padding?: number | readonly number[];
  /** Places added at the end, below the stride or the dilation; 0 by default. */
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

/** Options of a convolution. */
export interface ConvolutionOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Lengths of a patch. */
  readonly kernel: readonly number[];
  readonly stride: number | readonly number[];
  readonly padding: Padding;
  readonly dilation: number | readonly number[];
  readonly groups: number;
  readonly bias: boolean;
  readonly activation: Activation | null;
  /** Initial value of `w`. */
  readonly init: Initializer;
  readonly transposed: boolean;
  readonly outputPadding: number | readonly number[];
}

/** Checks what a convolution over so many axes is made with. Throws ShapeError and GraphError. */
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

/** Throws GraphError for what is no padding. */
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

/** The parameters of a convolution: rows are those of a patch, channels first, and the bias is the last one. */
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
