/**
 * The convolution y = x ∗ w and what is linear with it: x̄ from ȳ and w, w̄ from x and ȳ. Each is bilinear and has the
 * other two as its pullbacks, so derivatives of every order are these three. They become products of windows when a
 * graph is compiled; none of them does work for places that are not there.
 */
import type { Shape } from "@metrigrad/tensor";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { batched } from "../transform/batched.ts";
import { concat } from "./concat.ts";
import { contractOp } from "./contract.ts";
import { fill } from "./fill.ts";
import { reshape } from "./reshape.ts";
import { pad, slice } from "./slice.ts";
import { windowsOp } from "./windowsOp.ts";

/** How a convolution goes over its axes: a number for each of them. */
export interface ConvolutionAttrs {
  /** Lengths of the input. */
  readonly size: Shape;
  readonly kernel: Shape;
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Zeros before and after. */
  readonly padding: readonly (readonly [before: number, after: number])[];
}

/** Lengths of the result. */
export function outputSize({
  size,
  kernel,
  stride,
  dilation,
  padding,
}: ConvolutionAttrs): number[] {
  return size.map((n, i) => {
    const [before, after] = padding[i] as readonly [number, number];
    const reach = (dilation[i] as number) * ((kernel[i] as number) - 1);
    return Math.floor((n + before + after - reach - 1) / (stride[i] as number)) + 1;
  });
}

/** x [n, g, c, size…], w [c, kernel…, g, o] → y [n, g, o, out…]. */
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

/** ȳ [n, g, o, out…], w → x̄ [n, g, c, size…]. */
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
  lower: () => undefined,
  rewrite: ({ inputs, attrs }) => byPhases(inputs as [Node, Node], attrs),
};

/** x, ȳ → w̄ [c, kernel…, g, o]. */
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

/** Indices of contractions: of the axes that are convolved over, of places in the kernel, and the others. */
function indices({ kernel }: ConvolutionAttrs) {
  const places = kernel.map((_, i) => 4 + i);
  const taps = kernel.map((_, i) => 4 + kernel.length + i);
  return { places, taps, at: { n: 0, g: 1, c: 2, o: 3 } } as const;
}

/** The patches [n, g, c, out…, kernel…] of x that the kernel meets, without a copy of them. */
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

/** Zeros before and after axes from `lead` on; negative numbers cut. */
export function resized(
  x: Node,
  lead: number,
  margins: readonly (readonly [number, number])[],
): Node {
  const ranges = margins.map(([before, after], i): readonly [number, number] => {
    const n = x.shape[lead + i] as number;
    return [Math.max(0, -before), n - Math.max(0, -after)];
  });
  const whole = new Array<null>(lead).fill(null);
  const cut = slice(x, [...whole, ...ranges]);
  const widths = margins.map(
    ([before, after]) => [Math.max(0, before), Math.max(0, after)] as const,
  );
  if (widths.every(([before, after]) => before + after === 0)) return cut;
  return pad(cut, [...whole.map(() => [0, 0] as const), ...widths]);
}

/** What reaches the places s·v + r of an axis: taps of the kernel, and which ȳ they meet. */
interface Phase {
  /** Taps first, first + by, …, so many. */
  readonly first: number;
  readonly by: number;
  readonly count: number;
  /** Place v takes ȳ[v + shift − t·dilation] for its tap t. */
  readonly shift: number;
  readonly dilation: number;
}

/** One axis by the remainders r of its places divided by the stride s. */
interface AxisPhases {
  readonly phases: readonly Phase[];
  /** Places v that each phase has; the last one may lie beyond the end. */
  readonly places: number;
}

// Place j meets tap κ where j + before = s·p + δκ. With j = s·v + r those κ have δκ ≡ r + before (mod s): every
// s/gcd(s, δ)-th one from the first on, and p = v + (r + before − δκ)/s.
function phasesOf(attrs: ConvolutionAttrs, i: number): AxisPhases {
  const pick = (list: readonly number[]) => list[i] as number;
  const [s, delta, taps] = [pick(attrs.stride), pick(attrs.dilation), pick(attrs.kernel)];
  const [before] = attrs.padding[i] as readonly [number, number];
  const common = gcd(s, delta);
  const phases = Array.from({ length: s }, (_, r): Phase => {
    const found = Array.from({ length: taps }, (_, tap) => tap).filter(
      (tap) => (r + before - delta * tap) % s === 0,
    );
    const [first = 0] = found;
    const shift = (r + before - delta * first) / s;
    return { first, by: s / common, count: found.length, shift, dilation: delta / common };
  });
  return { phases, places: Math.ceil(pick(attrs.size) / s) };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/**
 * x̄ as one product per phase: the places of one remainder on every axis meet a part of the kernel, with stride 1.
 * Phases are computed side by side where they belong.
 */
function byPhases([y, w]: readonly [Node, Node], attrs: ConvolutionAttrs): Node {
  const axes = attrs.size.map((_, i) => phasesOf(attrs, i));
  // ȳ with as many zeros as any phase needs, of which each takes its part.
  const out = y.shape.slice(3);
  const margins = axes.map(({ phases, places }, i): readonly [number, number] => {
    const own = phases.filter(({ count }) => count > 0);
    const before = own.map(({ shift, dilation, count }) => dilation * (count - 1) - shift);
    const after = own.map(({ shift }) => places + shift - (out[i] as number));
    return [Math.max(0, ...before), Math.max(0, ...after)];
  });
  const padded = resized(y, 3, margins);
  const { places, taps, at } = indices(attrs);
  const channels = w.shape[0] as number;
  const shape = [...y.shape.slice(0, 2), channels, ...axes.map((axis) => axis.places)];
  const product = (chosen: readonly Phase[]): Node => {
    if (chosen.some(({ count }) => count === 0)) return fill(shape, 0);
    const ranges = chosen.map(({ shift, dilation, count }, i): readonly [number, number] => {
      const begin = (margins[i]?.[0] as number) + shift - dilation * (count - 1);
      return [begin, begin + (axes[i]?.places as number) + dilation * (count - 1)];
    });
    const part = slice(padded, [null, null, null, ...ranges]);
    const windows = chosen.map(({ count, dilation }, i) => ({
      ...{ axis: 3 + i, size: count, stride: 1, dilation: -dilation },
    }));
    const met = makeNode(windowsOp, [part], { windows });
    const kernel = slice(w, [
      null,
      ...chosen.map(({ first, by, count }) => [first, first + (count - 1) * by + 1, by] as const),
    ]);
    return makeNode(contractOp, [met, kernel], {
      a: [at.n, at.g, at.o, ...places, ...taps],
      b: [at.c, ...taps, at.g, at.o],
      out: [at.n, at.g, at.c, ...places],
    });
  };
  /** The phases of axes from `i` on, interleaved; a new axis follows each one that has several. */
  const join = (chosen: readonly Phase[]): Node => {
    const i = chosen.length;
    if (i === axes.length) {
      const interleaved = axes.flatMap(({ places: n }) => [n, 1]);
      return reshape(product(chosen), [...shape.slice(0, 3), ...interleaved]);
    }
    const parts = (axes[i] as AxisPhases).phases.map((phase) => join([...chosen, phase]));
    return parts.length === 1 ? (parts[0] as Node) : concat(parts, 3 + 2 * i + 1);
  };
  const merged = axes.map(({ places: n, phases }) => n * phases.length);
  const whole = reshape(join([]), [...shape.slice(0, 3), ...merged]);
  const ranges = attrs.size.map((n): readonly [number, number] => [0, n]);
  return slice(whole, [null, null, null, ...ranges]);
}

/** Cases of what has samples are more samples, unless each case has a weight of its own. */
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

/** Any cases, by the products that it is made of. */
function overCases(
  node: Node<ConvolutionAttrs>,
  inputs: readonly Node[],
  marked: readonly boolean[],
  size: number,
): Node {
  const replaced = node.inputs.flatMap((input, k) =>
    marked[k] ? [[input, inputs[k] as Node] as const] : [],
  );
  const [result] = batched([node.op.rewrite?.(node) as Node], new Map(replaced), size);
  return result as Node;
}
