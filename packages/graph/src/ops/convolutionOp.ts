/**
 * The convolution y = x ∗ w and its two adjoints: x̄ from ȳ and w, and w̄ from x and ȳ. Each of the
 * three is bilinear, and its pullbacks are the other two. Therefore derivatives of every order are
 * made of these three. When a graph is compiled, they become products of windows. None of them
 * computes with places that do not exist.
 */
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { batched } from "../transform/batched.ts";
import { contractOp } from "./contract.ts";
import { type ConvolutionAttrs, indices, outputSize, resized } from "./convolutionAttrs.ts";
import { folds, lowerFolds } from "./convolutionFolds.ts";
import { byPhases } from "./convolutionPhases.ts";
import { reshape } from "./reshape.ts";
import { windowsOp } from "./windowsOp.ts";

/** The convolution: x [n, g, c, size…] and w [c, kernel…, g, o] give y [n, g, o, out…]. */
export const convolutionOp: Op<ConvolutionAttrs> = {
  name: "convolution",
  infer: ([x, w], attrs) => {
    const { shape } = x as Node;
    const outputs = (w as Node).shape.at(-1) as number;
    return { shape: [...shape.slice(0, 2), outputs, ...outputSize(attrs)], type: "float" };
  },
  vjp: ({ inputs, attrs }, cotangent, [forX, forW]) => {
    const [x, w] = inputs as [Node, Node];
    return [
      forX ? makeNode(convolutionInputOp, [cotangent, w], attrs) : null,
      forW ? makeNode(convolutionWeightOp, [x, cotangent], attrs) : null,
    ];
  },
  batch: (node, inputs, marked, size) => overSamples(node, inputs, marked, size),
  lower: () => undefined,
  rewrite: ({ inputs, attrs }) => {
    const [x, w] = inputs as [Node, Node];
    const { places, taps, at } = indices(attrs);
    return makeNode(contractOp, [patches(x, attrs), w], {
      a: [at.n, at.g, at.c, ...places, ...taps],
      b: [at.c, ...taps, at.g, at.o],
      out: [at.n, at.g, at.o, ...places],
    });
  },
};

/** The pullback by the input: ȳ [n, g, o, out…] and w give x̄ [n, g, c, size…]. */
export const convolutionInputOp: Op<ConvolutionAttrs> = {
  name: "convolutionInput",
  infer: ([y, w], { size }) => {
    const { shape } = y as Node;
    const channels = (w as Node).shape[0] as number;
    return { shape: [...shape.slice(0, 2), channels, ...size], type: "float" };
  },
  vjp: ({ inputs, attrs }, cotangent, [forY, forW]) => {
    const [y, w] = inputs as [Node, Node];
    return [
      forY ? makeNode(convolutionOp, [cotangent, w], attrs) : null,
      forW ? makeNode(convolutionWeightOp, [cotangent, y], attrs) : null,
    ];
  },
  batch: (node, inputs, marked, size) => overSamples(node, inputs, marked, size),
  lower: lowerFolds,
  rewrite: (node) => (folds(node) ? node : byPhases(node.inputs as [Node, Node], node.attrs)),
};

/** The pullback by the weights: x and ȳ give w̄ [c, kernel…, g, o]. */
export const convolutionWeightOp: Op<ConvolutionAttrs> = {
  name: "convolutionWeight",
  infer: ([x, y], { kernel }) => {
    const [, groups = 0, channels = 0] = (x as Node).shape;
    const outputs = (y as Node).shape[2] as number;
    return { shape: [channels, ...kernel, groups, outputs], type: "float" };
  },
  vjp: ({ inputs, attrs }, cotangent, [forX, forY]) => {
    const [x, y] = inputs as [Node, Node];
    return [
      forX ? makeNode(convolutionInputOp, [y, cotangent], attrs) : null,
      forY ? makeNode(convolutionOp, [x, cotangent], attrs) : null,
    ];
  },
  batch: (node, inputs, marked, size) => overCases(node, inputs, marked, size),
  lower: () => undefined,
  rewrite: ({ inputs, attrs }) => {
    const [x, y] = inputs as [Node, Node];
    const { places, taps, at } = indices(attrs);
    return makeNode(contractOp, [patches(x, attrs), y], {
      a: [at.n, at.g, at.c, ...places, ...taps],
      b: [at.n, at.g, at.o, ...places],
      out: [at.c, ...taps, at.g, at.o],
    });
  },
};

/**
 * Returns the patches [n, g, c, out…, kernel…] of x that the kernel is multiplied with, without a
 * copy.
 */
export function patches(x: Node, { kernel, stride, dilation, padding }: ConvolutionAttrs): Node {
  const lead = x.shape.length - kernel.length;
  const padded = resized(x, lead, padding);
  const windows = kernel.map((size, i) => ({
    axis: lead + i,
    size,
    stride: stride[i] as number,
    dilation: dilation[i] as number,
  }));
  return makeNode(windowsOp, [padded], { windows });
}

/**
 * The batch rule of ops with samples: the cases become more samples, unless each case has its own
 * weight.
 */
function overSamples(
  node: Node<ConvolutionAttrs>,
  inputs: readonly Node[],
  marked: readonly boolean[],
  size: number,
): Node {
  if (marked[1]) return overCases(node, inputs, marked, size);
  const [x, w] = inputs as [Node, Node];
  const [cases = 0, samples = 0, ...rest] = x.shape;
  const all = makeNode(node.op, [reshape(x, [cases * samples, ...rest]), w], node.attrs);
  return reshape(all, [cases, samples, ...all.shape.slice(1)]);
}

/** The general batch rule: it applies the batch rules of the products that the op is made of. */
function overCases(
  node: Node<ConvolutionAttrs>,
  inputs: readonly Node[],
  marked: readonly boolean[],
  size: number,
): Node {
  const replaced = node.inputs.flatMap((input, k) =>
    marked[k] ? [[input, inputs[k] as Node] as const] : [],
  );
  const products =
    node.op === convolutionInputOp
      ? byPhases(node.inputs as [Node, Node], node.attrs)
      : (node.op.rewrite?.(node) as Node);
  const [result] = batched([products], new Map(replaced), size);
  return result as Node;
}
