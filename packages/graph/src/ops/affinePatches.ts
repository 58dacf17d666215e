import { type Shape, showShape, sizeOf } from "@metrigrad/tensor";
import { checkFloats } from "../core/checkElements.ts";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { batched } from "../transform/batched.ts";
import { add } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { concat } from "./concat.ts";
import { type ConvTransposeOptions, transposedAttrs } from "./conv.ts";
import { type ConvolutionAttrs, outputSize, resized } from "./convolutionAttrs.ts";
import {
  convolutionInputOp,
  convolutionOp,
  convolutionWeightOp,
  patches,
} from "./convolutionOp.ts";
import {
  type ConvOptions,
  checkGroups,
  checkImages,
  convolutionAttrs,
  refuseConvolution,
} from "./convolutionShape.ts";
import { reshape } from "./reshape.ts";
import { placeOp, slice } from "./slice.ts";
import { transpose } from "./transpose.ts";
import { windowsOp } from "./windowsOp.ts";

/**
 * Attributes of the op: the convolution, its groups, and whether the last row of the weights is a
 * bias.
 */
export interface PatchesAttrs {
  /** The convolution. For a transposed convolution, the convolution whose pullback it is. */
  readonly over: ConvolutionAttrs;
  /** The number of groups of channels. */
  readonly groups: number;
  /** Whether the last row of the weights is a bias. */
  readonly bias: boolean;
  /** Whether the convolution is transposed. */
  readonly transposed: boolean;
}

/** Returns the length of the result on each axis. */
function placesOf({ over, transposed }: PatchesAttrs): readonly number[] {
  return transposed ? over.size : outputSize(over);
}

/**
 * Returns the operands in the form that convolutions take: x divided into groups, and the weights
 * without the bias as a kernel.
 */
function parts(node: Node<PatchesAttrs>) {
  const [x, w] = node.inputs as [Node, Node];
  const { over, groups, bias, transposed } = node.attrs;
  const [n = 0, channels = 0, ...size] = x.shape;
  const [rows = 0, outputs = 0] = w.shape;
  const own = channels / groups;
  const count = rows - Number(bias);
  const split = reshape(x, [n, groups, own, ...size]);
  const weights = slice(w, [[0, count]]);
  const whole = reshape(weights, [own, ...over.kernel, groups, outputs / groups]);
  return { split, kernel: transposed ? turned(whole) : whole, count, outputs };
}

/** Exchanges the input channels and the output channels of a kernel. */
function turned(kernel: Node): Node {
  const last = kernel.shape.length - 1;
  const between = kernel.shape.slice(1, -1).map((_, i) => i + 1);
  return transpose(kernel, [last, ...between, 0]);
}

/**
 * The product T = X̃W of patches, [n·places, out]: a convolution with the weights of a dense layer.
 * Like `affine`, it computes the gradient by the weights as one matrix, and metrics recognize the
 * use of a parameter by this op. The rows of the result are ordered by sample and place. In memory
 * the channels come first, because the convolution writes them so.
 */
export const affinePatchesOp: Op<PatchesAttrs> = {
  name: "affinePatches",
  infer: ([x, w], attrs) => {
    const samples = (x as Node).shape[0] as number;
    const outputs = (w as Node).shape[1] as number;
    return { shape: [sizeOf([samples, ...placesOf(attrs)]), outputs], type: "float" };
  },
  vjp: (node, cotangent, [forX, forW]) => {
    const { split, kernel, count, outputs } = parts(node);
    const { over, groups, bias, transposed } = node.attrs;
    const [x] = node.inputs as [Node];
    const [n = 0] = x.shape;
    const images = channelsFirst(cotangent, n, placesOf(node.attrs));
    const bars = reshape(images, [n, groups, outputs / groups, ...images.shape.slice(2)]);
    const back = transposed ? convolutionOp : convolutionInputOp;
    const byX = forX ? reshape(makeNode(back, [bars, kernel], over), x.shape) : null;
    if (!forW) return [byX, null];
    const operands = transposed ? [bars, split] : [split, bars];
    const product = makeNode(convolutionWeightOp, operands, over);
    const rows = reshape(transposed ? turned(product) : product, [count, outputs]);
    if (!bias) return [byX, rows];
    const axes = images.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
    return [byX, concat([rows, reshape(sum(images, { axis: axes }), [1, outputs])], 0)];
  },
  batch: (node, inputs, marked, size) => {
    const [x, w] = inputs as [Node, Node];
    if (!marked[1]) {
      const [cases = 0, samples = 0, ...rest] = x.shape;
      const tall = reshape(x, [cases * samples, ...rest]);
      const all = makeNode(affinePatchesOp, [tall, w], node.attrs);
      return reshape(all, [cases, ...node.shape]);
    }
    const replaced = node.inputs.flatMap((input, k) =>
      marked[k] ? [[input, inputs[k] as Node] as const] : [],
    );
    const [result] = batched([expanded(node)], new Map(replaced), size);
    return result as Node;
  },
  lower: () => undefined,
  rewrite: expanded,
};

/**
 * Writes the product of patches as a convolution, its bias, and a transposed view of the result.
 */
function expanded(node: Node<PatchesAttrs>): Node {
  const { split, kernel, count, outputs } = parts(node);
  const { over, bias, transposed } = node.attrs;
  const op = transposed ? convolutionInputOp : convolutionOp;
  const product = makeNode(op, [split, kernel], over);
  const images = reshape(product, [split.shape[0] as number, outputs, ...placesOf(node.attrs)]);
  const places = over.kernel.map((_, i) => i + 2);
  const rows = (y: Node) => reshape(transpose(y, [0, ...places, 1]), node.shape);
  if (!bias) return rows(images);
  const row = slice(node.inputs[1] as Node, [[count, count + 1]]);
  return rows(add(images, reshape(row, [outputs, ...over.kernel.map(() => 1)])));
}

/** Turns rows [n·places, m] into images [n, m, places…]. */
function channelsFirst(rows: Node, samples: number, places: readonly number[]): Node {
  const apart = reshape(rows, [samples, ...places, rows.shape[1] as number]);
  const rank = apart.shape.length;
  return transpose(apart, [0, rank - 1, ...places.map((_, i) => i + 1)]);
}

/**
 * Options of {@link affinePatches}.
 *
 * @category Ops: windows
 */
export interface AffinePatchesOptions extends ConvOptions {
  /** The lengths of a patch, one for each axis that the convolution moves over. */
  readonly kernel: Shape;
  /** Whether the last row of the weights is the bias; true by default. */
  readonly bias?: boolean;
  /**
   * Whether the convolution is transposed; false by default. Its padding must be given in numbers.
   */
  readonly transposed?: boolean;
  /** The places that a transposed convolution adds at the end; 0 by default. */
  readonly outputPadding?: number | readonly number[];
}

/**
 * Computes a convolution with the weights of a dense layer: T = X̃W.
 *
 * The rows of X̃ are the patches of x. Each patch has the order (c, κ…), row-major, and a 1 for the
 * bias. For a transposed convolution, the patches are those of x with zeros between its elements.
 * Metrics recognize the result as an affine use of w.
 *
 * @param x - The images, float, [n, in, size…].
 * @param w - The weights, float, [in/groups·kernel… + 1, out]. The last row is the bias. Groups lie
 *   along the columns.
 * @param options - The kernel, and how it moves over the axes.
 * @returns The result, [n, out, places…].
 * @throws {@link ShapeError} if shapes or options do not fit.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: windows
 */
export function affinePatches(x: NodeLike, w: NodeLike, options: AffinePatchesOptions): Node {
  checkOptions("affinePatches", options, [
    "stride",
    "padding",
    "dilation",
    "groups",
    "kernel",
    "bias",
    "transposed",
    "outputPadding",
  ]);
  const where = "affinePatches";
  const [images, weights] = [asNode(x), asNode(w)];
  const { kernel, bias = true, groups = 1, transposed = false } = options;
  checkImages(where, images, kernel.length);
  const [, inputs = 0, ...size] = images.shape;
  checkGroups(where, groups, inputs, weights.shape[1] ?? 0);
  const rows = kernel.reduce((product, n) => product * n, inputs / groups) + Number(bias);
  checkFloats(where, weights);
  if (weights.shape.length !== 2 || weights.shape[0] !== rows) {
    refuseConvolution(
      where,
      `w must be [${rows}, out]${bias ? ", the bias in its last row" : ""}`,
      showShape(weights.shape),
      "check the number of channels and the kernel",
    );
  }
  const over = transposed
    ? // This function refuses the rules "same" and "valid": it takes numbers only.
      transposedAttrs(where, size, kernel, options as Omit<ConvTransposeOptions, "bias">)
    : convolutionAttrs(where, size, kernel, options);
  const attrs = { over, groups, bias, transposed };
  const product = makeNode(affinePatchesOp, [images, weights], attrs);
  return channelsFirst(product, images.shape[0] as number, placesOf(attrs));
}

/**
 * Returns a copy of all patches of a product T = X̃W of patches, as rows without the 1 of the bias.
 *
 * With several groups, the patches of all groups stand one after the other.
 *
 * @param node - A node of the op `structuralOps.affinePatches`. The result of {@link affinePatches}
 *   is a view of such a node.
 * @returns The rows X, [n·places, in·kernel…].
 * @nothrow
 * @category Graph: own ops
 */
export function patchRows(node: Node): Node {
  const { attrs, inputs } = node as Node<PatchesAttrs>;
  const { over, transposed } = attrs;
  const [x] = inputs as [Node];
  const all = transposed ? metPatches(x, over) : patches(x, over);
  const axes = over.kernel.length;
  const at = (from: number) => over.kernel.map((_, i) => from + i);
  const rows = transpose(all, [0, ...at(2), 1, ...at(2 + axes)]);
  return reshape(rows, [node.shape[0] as number, -1]);
}

/**
 * Returns the patches [n, c, size…, kernel…] of x with zeros between its elements. The products of
 * these patches with the kernel give each place of a transposed convolution.
 */
function metPatches(x: Node, { size, kernel, stride, dilation, padding }: ConvolutionAttrs): Node {
  const lead = x.shape.slice(0, 2);
  const reach = kernel.map((n, i) => (dilation[i] as number) * (n - 1));
  // Place j meets the elements at j + before − δκ, for all κ.
  const shape = [...lead, ...size.map((n, i) => n + (reach[i] as number))];
  const begin = padding.map(([before], i) => (reach[i] as number) - before);
  const sparse = x.shape.slice(2).map((n, i) => (n - 1) * (stride[i] as number) + 1);
  // If the padding is larger than the reach of a patch, the places before the beginning are left
  // out.
  const margins = begin.map((from, i): readonly [number, number] => {
    return [from, (shape[2 + i] as number) - from - (sparse[i] as number)];
  });
  const within = makeNode(placeOp, [x], {
    shape: [...lead, ...sparse],
    parts: [{ begin: x.shape.map(() => 0), shape: x.shape, step: [1, 1, ...stride] }],
    value: 0,
  });
  const windows = kernel.map((n, i) => ({
    ...{ axis: 2 + i, size: n, stride: 1, dilation: -(dilation[i] as number) },
  }));
  return makeNode(windowsOp, [resized(within, 2, margins)], { windows });
}
