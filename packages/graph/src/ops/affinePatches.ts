import { type Shape, showShape, sizeOf } from "@metrigrad/tensor";
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

/** Attributes: the convolution, its groups, and whether the last row of the weights is a bias. */
export interface PatchesAttrs {
  /** The convolution, or the one whose pullback it is. */
  readonly over: ConvolutionAttrs;
  readonly groups: number;
  readonly bias: boolean;
  /** Whether it is the transposed one. */
  readonly transposed: boolean;
}

/** Lengths of the result. */
function placesOf({ over, transposed }: PatchesAttrs): readonly number[] {
  return transposed ? over.size : outputSize(over);
}

/** The parts of the operands: x by groups, and the weights without bias as a kernel. */
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

/** A kernel with its channels of input and output exchanged. */
function turned(kernel: Node): Node {
  const last = kernel.shape.length - 1;
  const between = kernel.shape.slice(1, -1).map((_, i) => i + 1);
  return transpose(kernel, [last, ...between, 0]);
}

/**
 * T = X̃W of patches, [n·places, out]: a convolution with the weights of a dense layer. Like `affine` it writes its
 * gradient by the weights as one matrix, and is what uses of parameters are told by. The rows are in the order of
 * samples and places for those who look; in memory channels come first, as the convolution writes them.
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

/** Rows [n·places, m] as images [n, m, places…]. */
function channelsFirst(rows: Node, samples: number, places: readonly number[]): Node {
  const apart = reshape(rows, [samples, ...places, rows.shape[1] as number]);
  const rank = apart.shape.length;
  return transpose(apart, [0, rank - 1, ...places.map((_, i) => i + 1)]);
}

/** Options of `affinePatches`. */
export interface AffinePatchesOptions extends ConvOptions {
  /** Lengths of a patch, on as many axes as are convolved over. */
  readonly kernel: Shape;
  /** Whether the last row of the weights is the bias; true by default. */
  readonly bias?: boolean;
  /** Whether it is a transposed convolution, with padding in numbers; false by default. */
  readonly transposed?: boolean;
  /** Places that a transposed convolution adds at the end; 0 by default. */
  readonly outputPadding?: number | readonly number[];
}

/**
 * T = X̃W whose rows X̃ are the patches of x, each (c, κ…) row-major with 1 for the bias: a convolution with the
 * weights of a dense layer, or a transposed one, whose patches are those of x with zeros in between. Metrics find it
 * as an affine use of w.
 * @param x float [n, in, size…]
 * @param w float [in/groups·kernel… + 1, out], the bias in the last row; groups lie along the columns
 * @returns [n, out, places…]
 * @throws ShapeError where shapes or options do not fit
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
  if (weights.shape.length !== 2 || weights.shape[0] !== rows || weights.type !== "float") {
    refuseConvolution(
      where,
      `w must be float [${rows}, out]${bias ? ", the bias in its last row" : ""}`,
      `${weights.type} ${showShape(weights.shape)}`,
      "check the number of channels and the kernel",
    );
  }
  const over = transposed
    ? // A rule instead of numbers is refused there.
      transposedAttrs(where, size, kernel, options as Omit<ConvTransposeOptions, "bias">)
    : convolutionAttrs(where, size, kernel, options);
  const attrs = { over, groups, bias, transposed };
  const product = makeNode(affinePatchesOp, [images, weights], attrs);
  return channelsFirst(product, images.shape[0] as number, placesOf(attrs));
}

/**
 * The rows X [n·places, in·kernel…] of the product T = X̃W of patches, without the 1 of a bias: a copy of all patches. With
 * groups those of all of them, one after the other.
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

/** The patches [n, c, size…, kernel…] of x, with zeros in between, whose products with a kernel fall on each place. */
function metPatches(x: Node, { size, kernel, stride, dilation, padding }: ConvolutionAttrs): Node {
  const lead = x.shape.slice(0, 2);
  const reach = kernel.map((n, i) => (dilation[i] as number) * (n - 1));
  // Place j meets what lies at j + before − δκ, for all κ.
  const shape = [...lead, ...size.map((n, i) => n + (reach[i] as number))];
  const begin = padding.map(([before], i) => (reach[i] as number) - before);
  const sparse = x.shape.slice(2).map((n, i) => (n - 1) * (stride[i] as number) + 1);
  // Where padding cuts more than patches reach, places before the beginning are left out.
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
