import { type Shape, ShapeError, showShape } from "@metrigrad/tensor";
import { checkFloats } from "../core/checkElements.ts";
import type { Node } from "../core/node.ts";
import { type ConvolutionAttrs, outputSize } from "./convolutionAttrs.ts";
import { perAxis } from "./perAxis.ts";

/**
 * Zeros around the input. A number is for both sides of all axes, a list has a number for each
 * axis, and "same" and "valid" are rules.
 *
 * @category Ops: windows
 */
export type Padding = number | readonly number[] | "same" | "valid";

/**
 * How a convolution moves over its axes.
 *
 * @category Ops: windows
 */
export interface ConvOptions {
  /**
   * The places from one patch to the next: one number for all axes, or one for each; 1 by default.
   */
  readonly stride?: number | readonly number[];
  /**
   * The zeros before and after: one number for all axes, or one for each; 0 by default, which is
   * also "valid". "same" keeps the lengths and needs stride 1. If it needs an odd number of zeros,
   * the additional one comes last.
   */
  readonly padding?: Padding;
  /**
   * The places from one element of a patch to the next: one number for all axes, or one for each; 1
   * by default.
   */
  readonly dilation?: number | readonly number[];
  /** The number of groups of channels, each with its own weights; 1 by default. */
  readonly groups?: number;
}

/** Throws ShapeError with what a convolution got. */
export function refuseConvolution(where: string, must: string, got: string, todo: string): never {
  throw new ShapeError({ where, must, got, todo });
}

/** Returns the zeros before and after on each axis. Throws ShapeError. */
export function paddingOf(
  where: string,
  padding: Padding,
  kernel: Shape,
  stride: readonly number[],
  dilation: readonly number[],
): (readonly [number, number])[] {
  if (padding === "valid") return kernel.map(() => [0, 0]);
  if (typeof padding === "string" && padding !== "same") {
    const must = 'padding must be a number, or one for each axis, "same" or "valid"';
    refuseConvolution(where, must, JSON.stringify(padding), "pass the places on both sides");
  }
  if (padding !== "same") {
    return perAxis(where, "padding", padding as number, kernel.length, 0).map((n) => [n, n]);
  }
  if (stride.some((n) => n !== 1)) {
    const todo = "pass numbers of zeros, such as { padding: 1 }";
    refuseConvolution(where, 'padding "same" must come with stride 1', showShape(stride), todo);
  }
  return kernel.map((size, i) => {
    const zeros = (dilation[i] as number) * (size - 1);
    return [Math.floor(zeros / 2), Math.ceil(zeros / 2)];
  });
}

/**
 * Returns the attributes of a convolution over inputs of a size. Throws ShapeError if no patch
 * fits.
 */
export function convolutionAttrs(
  where: string,
  size: Shape,
  kernel: Shape,
  { stride = 1, padding = 0, dilation = 1 }: ConvOptions,
): ConvolutionAttrs {
  const axes = kernel.length;
  const strides = perAxis(where, "stride", stride, axes);
  const dilations = perAxis(where, "dilation", dilation, axes);
  const attrs: ConvolutionAttrs = {
    size,
    kernel,
    stride: strides,
    dilation: dilations,
    padding: paddingOf(where, padding, kernel, strides, dilations),
  };
  if (outputSize(attrs).some((n) => n < 1)) {
    const got = `${showShape(size)} with padding ${JSON.stringify(attrs.padding)}`;
    const todo = "pad more, or choose a smaller kernel";
    refuseConvolution(where, `a patch of ${showShape(kernel)} must fit in the input`, got, todo);
  }
  return attrs;
}

/** Checks that the number of groups divides both numbers of channels. Throws ShapeError. */
export function checkGroups(where: string, groups: number, inputs: number, outputs: number): void {
  const whole = Number.isInteger(groups) && groups > 0;
  if (whole && inputs % groups === 0 && outputs % groups === 0) return;
  refuseConvolution(
    where,
    "groups must divide the channels of input and output",
    `${groups} groups for ${inputs} and ${outputs} channels`,
    "choose a divisor of both",
  );
}

/**
 * Checks that a value is float with samples and channels before the given number of axes. Throws
 * ShapeError.
 */
export function checkImages(where: string, x: Node, axes: number): void {
  checkFloats(where, x);
  if (x.shape.length === axes + 2) return;
  refuseConvolution(
    where,
    `x must be [n, channels, ${axes} more ${axes === 1 ? "axis" : "axes"}]`,
    showShape(x.shape),
    "reshape it, or expandDims(x, 0) for one sample",
  );
}
