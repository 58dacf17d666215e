import { type Shape, ShapeError, showShape } from "@metrigrad/tensor";
import { checkFloats } from "../core/checkElements.ts";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import { add } from "./arithmetic.ts";
import type { ConvolutionAttrs } from "./convolutionAttrs.ts";
import { convolutionInputOp, convolutionOp } from "./convolutionOp.ts";
import {
  type ConvOptions,
  checkGroups,
  checkImages,
  convolutionAttrs,
  refuseConvolution,
} from "./convolutionShape.ts";
import { perAxis } from "./perAxis.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";

/**
 * Options of {@link conv1d}, {@link conv2d} and {@link conv3d}.
 *
 * @category Ops: windows
 */
export interface ConvBiasOptions extends ConvOptions {
  /** The bias, [out]: one number for each output channel; none by default. */
  readonly bias?: NodeLike;
}

const convBiasNames = ["stride", "padding", "dilation", "groups", "bias"] as const;

/**
 * Options of {@link convTranspose1d}, {@link convTranspose2d} and {@link convTranspose3d}.
 *
 * @category Ops: windows
 */
export interface ConvTransposeOptions extends Omit<ConvBiasOptions, "padding"> {
  /**
   * The places that are cut on both sides: one number for all axes, or one for each; 0 by default.
   */
  readonly padding?: number | readonly number[];
  /**
   * The places that are added at the end: one number for all axes, or one for each; 0 by default.
   * It must be smaller than the stride or the dilation.
   */
  readonly outputPadding?: number | readonly number[];
}

const convTransposeNames = [
  "stride",
  "dilation",
  "groups",
  "bias",
  "padding",
  "outputPadding",
] as const;

/**
 * Turns weights [a, b/groups, kernel…], whose groups lie along the first axis, into [b/groups,
 * kernel…, g, a/groups].
 */
function canonical(w: Node, groups: number): Node {
  const [all = 0, ...rest] = w.shape;
  const split = reshape(w, [groups, all / groups, ...rest]);
  return transpose(split, [...rest.map((_, axis) => axis + 2), 0, 1]);
}

/** Adds a bias per channel, if there is one. */
function withBias(where: string, y: Node, bias: NodeLike | undefined): Node {
  if (bias === undefined) return y;
  const [, channels = 0, ...places] = y.shape;
  const node = asNode(bias);
  if (node.shape.length !== 1 || node.shape[0] !== channels) {
    const got = showShape(node.shape);
    refuseConvolution(
      where,
      `the bias must be [${channels}]`,
      got,
      "one number per output channel",
    );
  }
  return add(y, reshape(node, [channels, ...places.map(() => 1)]));
}

/** Throws ShapeError if weights are not float or do not have two axes more than the kernel. */
function checkWeight(where: string, w: Node, axes: number, form: string): void {
  checkFloats(where, w);
  if (w.shape.length === axes + 2) return;
  throw new ShapeError({
    where,
    must: `w must be ${form}`,
    got: showShape(w.shape),
    todo: "weights with the bias in the last row go to affinePatches",
  });
}

/** Computes a convolution over the last axes. */
function convolution(
  axes: number,
  given: NodeLike,
  weight: NodeLike,
  options: ConvBiasOptions,
): Node {
  const where = `conv${axes}d`;
  const [x, w] = [asNode(given), asNode(weight)];
  const { groups = 1 } = options;
  checkImages(where, x, axes);
  checkWeight(where, w, axes, "[out, in/groups, kernel…]");
  const [n = 0, inputs = 0, ...size] = x.shape;
  const [outputs = 0, own = 0, ...kernel] = w.shape;
  checkGroups(where, groups, inputs, outputs);
  if (own * groups !== inputs) {
    refuseConvolution(
      where,
      `w must have in/groups = ${inputs / groups} channels on axis 1`,
      showShape(w.shape),
      "check the number of channels and groups",
    );
  }
  const attrs = convolutionAttrs(where, size, kernel, options);
  const split = reshape(x, [n, groups, own, ...size]);
  const y = makeNode(convolutionOp, [split, canonical(w, groups)], attrs);
  return withBias(where, reshape(y, [n, outputs, ...y.shape.slice(3)]), options.bias);
}

/** Computes a transposed convolution over the last axes. */
function transposed(
  axes: number,
  given: NodeLike,
  weight: NodeLike,
  options: ConvTransposeOptions,
): Node {
  const where = `convTranspose${axes}d`;
  const [x, w] = [asNode(given), asNode(weight)];
  checkImages(where, x, axes);
  checkWeight(where, w, axes, "[in, out/groups, kernel…]");
  const { groups = 1 } = options;
  const [n = 0, inputs = 0, ...places] = x.shape;
  const [rows = 0, own = 0, ...kernel] = w.shape;
  checkGroups(where, groups, inputs, own * groups);
  if (rows !== inputs) {
    const todo = "check the number of channels";
    refuseConvolution(where, `w must have ${inputs} channels on axis 0`, showShape(w.shape), todo);
  }
  const attrs = transposedAttrs(where, places, kernel, options);
  const split = reshape(x, [n, groups, inputs / groups, ...places]);
  const y = makeNode(convolutionInputOp, [split, canonical(w, groups)], attrs);
  return withBias(where, reshape(y, [n, own * groups, ...attrs.size]), options.bias);
}

/**
 * Returns the attributes of the convolution whose pullback a transposed convolution is. Throws
 * ShapeError.
 */
export function transposedAttrs(
  where: string,
  places: Shape,
  kernel: Shape,
  options: Omit<ConvTransposeOptions, "bias">,
): ConvolutionAttrs {
  const axes = places.length;
  const [stride, dilation, padding, extra] = [
    perAxis(where, "stride", options.stride ?? 1, axes),
    perAxis(where, "dilation", options.dilation ?? 1, axes),
    perAxis(where, "padding", options.padding ?? 0, axes, 0),
    perAxis(where, "outputPadding", options.outputPadding ?? 0, axes, 0),
  ];
  const size = places.map((n, i) => {
    const reach = (dilation[i] as number) * ((kernel[i] as number) - 1);
    const whole = (n - 1) * (stride[i] as number) + reach + 1;
    return whole - 2 * (padding[i] as number) + (extra[i] as number);
  });
  const few = extra.every((n, i) => n < Math.max(stride[i] as number, dilation[i] as number));
  if (!few || size.some((n) => n < 1)) {
    refuseConvolution(
      where,
      "outputPadding must be below stride or dilation, and something must be left",
      `outputPadding ${showShape(extra)}, result ${showShape(size)}`,
      "choose smaller numbers",
    );
  }
  const margins = padding.map((n, i): readonly [number, number] => [n, n - (extra[i] as number)]);
  return { size, kernel, stride, dilation, padding: margins };
}

/**
 * Computes a convolution over one axis: y[n, o, i] = Σ x[n, c, i·stride + κ·dilation −
 * padding]·w[o, c, κ] + bias[o].
 *
 * The sum is over the channels c and the places κ of the kernel. The kernel is not flipped, as in
 * all libraries for networks.
 *
 * @param x - The values, float, [n, in, length].
 * @param w - The weights, float, [out, in/groups, kernel], as in PyTorch.
 * @param options - The bias, and how the kernel moves over the axis.
 * @returns The result, [n, out, places].
 * @throws {@link ShapeError} if shapes or options do not fit.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: windows
 */
export function conv1d(x: NodeLike, w: NodeLike, options: ConvBiasOptions = {}): Node {
  checkOptions("conv1d", options, convBiasNames);
  return convolution(1, x, w, options);
}

/**
 * Computes a convolution over two axes: the sum of products of a kernel with each patch of an
 * image.
 *
 * y[n, o, i, j] = Σ x[n, c, i + κ, j + λ]·w[o, c, κ, λ] over the channels c and the places κ, λ of
 * the kernel. Stride, dilation, padding and bias work as in {@link conv1d}.
 *
 * {@includeCode ../../../../examples/api/graph/conv2d.ts#example}
 *
 * @param x - The images, float, [n, in, height, width].
 * @param w - The weights, float, [out, in/groups, kernel, kernel], as in PyTorch.
 * @param options - The bias, and how the kernel moves over the axes.
 * @returns The result, [n, out, rows, columns], with a row and a column for each position of the
 *   kernel.
 * @throws {@link ShapeError} if shapes or options do not fit.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: windows
 */
export function conv2d(x: NodeLike, w: NodeLike, options: ConvBiasOptions = {}): Node {
  checkOptions("conv2d", options, convBiasNames);
  return convolution(2, x, w, options);
}

/**
 * Computes a convolution over three axes; see {@link conv1d}.
 *
 * @param x - The values, float, [n, in, depth, height, width].
 * @param w - The weights, float, [out, in/groups, kernel, kernel, kernel], as in PyTorch.
 * @param options - The bias, and how the kernel moves over the axes.
 * @returns The result, [n, out, layers, rows, columns], with a place for each position of the
 *   kernel.
 * @throws {@link ShapeError} if shapes or options do not fit.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: windows
 */
export function conv3d(x: NodeLike, w: NodeLike, options: ConvBiasOptions = {}): Node {
  checkOptions("conv3d", options, convBiasNames);
  return convolution(3, x, w, options);
}

/**
 * Computes a transposed convolution over one axis: the pullback of {@link conv1d} by its input.
 *
 * The length of the result is (length − 1)·stride − 2·padding + dilation·(kernel − 1) +
 * outputPadding + 1.
 *
 * @param x - The values, float, [n, in, length].
 * @param w - The weights, float, [in, out/groups, kernel], as in PyTorch.
 * @param options - The bias, and how the kernel moves over the axis.
 * @returns The result, [n, out, places].
 * @throws {@link ShapeError} if shapes or options do not fit.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: windows
 */
export function convTranspose1d(
  x: NodeLike,
  w: NodeLike,
  options: ConvTransposeOptions = {},
): Node {
  checkOptions("convTranspose1d", options, convTransposeNames);
  return transposed(1, x, w, options);
}

/**
 * Computes a transposed convolution over two axes; see {@link convTranspose1d}.
 *
 * @param x - The images, float, [n, in, height, width].
 * @param w - The weights, float, [in, out/groups, kernel, kernel], as in PyTorch.
 * @param options - The bias, and how the kernel moves over the axes.
 * @returns The result, [n, out, rows, columns].
 * @throws {@link ShapeError} if shapes or options do not fit.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: windows
 */
export function convTranspose2d(
  x: NodeLike,
  w: NodeLike,
  options: ConvTransposeOptions = {},
): Node {
  checkOptions("convTranspose2d", options, convTransposeNames);
  return transposed(2, x, w, options);
}

/**
 * Computes a transposed convolution over three axes; see {@link convTranspose1d}.
 *
 * @param x - The values, float, [n, in, depth, height, width].
 * @param w - The weights, float, [in, out/groups, kernel, kernel, kernel], as in PyTorch.
 * @param options - The bias, and how the kernel moves over the axes.
 * @returns The result, [n, out, layers, rows, columns].
 * @throws {@link ShapeError} if shapes or options do not fit.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: windows
 */
export function convTranspose3d(
  x: NodeLike,
  w: NodeLike,
  options: ConvTransposeOptions = {},
): Node {
  checkOptions("convTranspose3d", options, convTransposeNames);
  return transposed(3, x, w, options);
}
