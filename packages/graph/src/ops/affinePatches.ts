import { type Shape, showShape, sizeOf } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { batched } from "../transform/batched.ts";
import { add } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { concat } from "./concat.ts";
import {
  type ConvolutionAttrs,
  convolutionInputOp,
  convolutionOp,
  convolutionWeightOp,
  outputSize,
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
import { slice } from "./slice.ts";
import { transpose } from "./transpose.ts";

/** Attributes: the convolution, its groups, and whether the last row of the weights is a bias. */
export interface PatchesAttrs {
  readonly over: ConvolutionAttrs;
  readonly groups: number;
  readonly bias: boolean;
}

/** The parts of the operands: x by groups, and the weights without bias as a kernel. */
function parts(node: Node<PatchesAttrs>) {
  const [x, w] = node.inputs as [Node, Node];
  const { over, groups, bias } = node.attrs;
  const [n = 0, channels = 0, ...size] = x.shape;
  const [rows = 0, outputs = 0] = w.shape;
  const own = channels / groups;
  const count = rows - Number(bias);
  const split = reshape(x, [n, groups, own, ...size]);
  const kernel = reshape(slice(w, [[0, count]]), [own, ...over.kernel, groups, outputs / groups]);
  return { split, kernel, count, outputs };
}

/**
 * T = X̃W of patches, [n·places, out]: a convolution with the weights of a dense layer. Like `affine` it writes its
 * gradient by the weights as one matrix, and is what uses of parameters are told by. The rows are in the order of
 * samples and places for those who look; in memory channels come first, as the convolution writes them.
 */
export const affinePatchesOp: Op<PatchesAttrs> = {
  name: "affinePatches",
  infer: ([x, w], { over }) => {
    const samples = (x as Node).shape[0] as number;
    return {
      shape: [sizeOf([samples, ...outputSize(over)]), (w as Node).shape[1] as number],
      type: "float",
    };
  },
  vjp: (node, cotangent, [forX, forW]) => {
    const { split, kernel, count, outputs } = parts(node);
    const { over, groups, bias } = node.attrs;
    const [x] = node.inputs as [Node];
    const [n = 0] = x.shape;
    const images = channelsFirst(cotangent, n, outputSize(over));
    const bars = reshape(images, [n, groups, outputs / groups, ...images.shape.slice(2)]);
    const byX = forX ? reshape(makeNode(convolutionInputOp, [bars, kernel], over), x.shape) : null;
    if (!forW) return [byX, null];
    const product = makeNode(convolutionWeightOp, [split, bars], over);
    const rows = reshape(product, [count, outputs]);
    if (!bias) return [byX, rows];
    return [byX, concat([rows, sum(cotangent, { axis: 0, keepDims: true })], 0)];
  },
  batch: (node, inputs, marked, size) => {
    const [x, w] = inputs as [Node, Node];
    if (!marked[1]) {
      const [cases = 0, samples = 0, ...rest] = x.shape;
      const all = makeNode(
        affinePatchesOp,
        [reshape(x, [cases * samples, ...rest]), w],
        node.attrs,
      );
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
  const { over, bias } = node.attrs;
  const product = makeNode(convolutionOp, [split, kernel], over);
  const images = reshape(product, [split.shape[0] as number, outputs, ...outputSize(over)]);
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
}

/**
 * T = X̃W whose rows X̃ are the patches of x, each (c, κ…) row-major with 1 for the bias: a convolution with the
 * weights of a dense layer. Metrics find it as an affine use of w.
 * @param x float [n, in, size…]
 * @param w float [in/groups·kernel… + 1, out], the bias in the last row; groups lie along the columns
 * @returns [n, out, places…]
 * @throws ShapeError where shapes or options do not fit
 */
export function affinePatches(x: NodeLike, w: NodeLike, options: AffinePatchesOptions): Node {
  const where = "affinePatches";
  const [images, weights] = [asNode(x), asNode(w)];
  const { kernel, bias = true, groups = 1 } = options;
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
  const over = convolutionAttrs(where, size, kernel, options);
  const product = makeNode(affinePatchesOp, [images, weights], { over, groups, bias });
  return channelsFirst(product, images.shape[0] as number, outputSize(over));
}

/** The rows X of the product of a group, [n·places, in/groups·kernel…], without the 1 of a bias: a copy of all patches. */
export function patchRows(node: Node, group = 0): Node {
  const { split } = parts(node as Node<PatchesAttrs>);
  const { over } = node.attrs as PatchesAttrs;
  const own = reshape(slice(split, [null, [group, group + 1]]), split.shape.toSpliced(1, 1));
  const all = patches(own, over);
  const axes = over.kernel.length;
  const at = (from: number) => over.kernel.map((_, i) => from + i);
  const rows = transpose(all, [0, ...at(2), 1, ...at(2 + axes)]);
  const places = outputSize(over).reduce((product, n) => product * n, all.shape[0] as number);
  return reshape(rows, [places, -1]);
}
