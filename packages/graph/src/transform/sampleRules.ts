import type { Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { dependents, topological } from "../core/topology.ts";
import { type InsideLoop, insideLoop } from "../loop/inside.ts";
import { loopOutputOp } from "../loop/loopOutput.ts";
import { affineOp } from "../ops/affine.ts";
import { affinePatchesOp } from "../ops/affinePatches.ts";
import { argMaxOp, argMinOp } from "../ops/argmax.ts";
import { broadcastToOp } from "../ops/broadcastTo.ts";
import { choleskyOp } from "../ops/cholesky.ts";
import { concatOp } from "../ops/concat.ts";
import { contractOp } from "../ops/contract.ts";
import { convolutionInputOp, convolutionOp } from "../ops/convolutionOp.ts";
import { gatherOp } from "../ops/gather.ts";
import { gramOp } from "../ops/gram.ts";
import { matmulOp } from "../ops/matmul.ts";
import { doubleOp, singleOp } from "../ops/precision.ts";
import { reshapeOp } from "../ops/reshape.ts";
import type { Selection } from "../ops/selection.ts";
import { placeOp, sliceOp } from "../ops/slice.ts";
import { stopGradientOp } from "../ops/stopGradient.ts";
import { transposeOp } from "../ops/transpose.ts";
import { triangularSolveOp } from "../ops/triangularSolve.ts";
import { foldOp, windowsOp } from "../ops/windowsOp.ts";
import { overRanksOp } from "../ranks/overRanks.ts";
import {
  type Found,
  joined,
  type Spot,
  type Stride,
  spotOf,
  spots,
  strideOf,
} from "./sampleStride.ts";

/** A rule that says where the samples are in the result of an op. */
type Rule = (seen: Seen) => Found;

/** What a rule gets. */
interface Seen {
  readonly node: Node;
  readonly samples: number;
  readonly strides: readonly Stride[];
}

/**
 * Finds the strides of nodes in order, from the strides that are known.
 *
 * `mixed` is called for a node that mixes samples. It returns whether to go on.
 */
export function follow(
  order: readonly Node[],
  strides: Map<Node, number>,
  samples: number,
  mixed: (node: Node, how: string) => boolean,
): void {
  for (const node of order) {
    const known = node.inputs.map((one) => strides.get(one) ?? null);
    if (known.every((one) => one === null)) continue;
    const found = rule(node)({ node, samples, strides: known });
    if (typeof found === "string") {
      if (!mixed(node, found)) break;
    } else if (found !== null && !strides.has(node)) strides.set(node, found);
  }
}

/** The rule of a node. */
function rule({ op, attrs }: Node): Rule {
  if (op.expr !== undefined) return elementwise;
  const own = rules.get(op);
  if (own !== undefined) return own;
  // The other ops that have axes are reductions over them.
  return Array.isArray((attrs as { axes?: unknown } | null)?.axes) ? reduction : () => null;
}

/** The rules of the ops that are no formula per element. */
const own = {
  same: ({ strides }) => strides[0] as Stride,
  transpose: ({ node, samples, strides }) => {
    const spot = spotOf(node.inputs[0] as Node, strides[0] as Stride, samples);
    const axes = (node.attrs as { readonly axes: readonly number[] }).axes;
    return spot === null ? null : strideOf(node, { ...spot, axis: axes.indexOf(spot.axis) });
  },
  matmul: ({ node, samples, strides }) => {
    const [a, b] = spots(node, strides, samples);
    const rank = node.shape.length;
    const [left, right] = node.inputs as [Node, Node];
    if (a?.axis === left.shape.length - 1 || b?.axis === right.shape.length - 2) {
      return "matmul over the samples";
    }
    // The axes are counted from the last one, since an operand may lack leading axes.
    const aligned = (spot: Spot | null | undefined, { shape }: Node) =>
      spot ? { ...spot, axis: spot.axis - shape.length + rank } : null;
    return joined(
      node,
      [aligned(a, left), aligned(b, right)],
      "matmul of samples with one another",
    );
  },
  affine: ({ node, samples, strides }) => {
    const [x, w] = spots(node, strides, samples);
    const [rows] = node.inputs as [Node];
    if (x?.axis === rows.shape.length - 1 || w?.axis === 0) return "affine over the samples";
    const last = w ? { ...w, axis: node.shape.length - 1 } : null;
    return joined(node, [x ?? null, last], "affine of samples with one another");
  },
  contract: ({ node, samples, strides }) => {
    const { a, b, out } = node.attrs as Readonly<Record<"a" | "b" | "out", readonly number[]>>;
    const found = spots(node, strides, samples).map((spot, k) => {
      const axis = out.indexOf((k === 0 ? a : b)[spot?.axis ?? 0] ?? -1);
      return spot === null ? null : { ...spot, axis };
    });
    if (found.some((spot) => spot?.axis === -1)) return "contract over the samples";
    return joined(node, found, "contract of samples with one another");
  },
  // The samples are on the first axis. Convolutions and patches do not change it.
  convolution: ({ node, samples, strides }) => {
    const [x, w] = spots(node, strides, samples);
    const whole = x?.axis === 0 && w === null;
    if (!whole) return null;
    // The product T of patches has the rows of one sample side by side.
    const rows = (node.shape[0] as number) / ((node.inputs[0] as Node).shape[0] as number);
    return strideOf(node, { axis: 0, inner: x.inner * rows });
  },
  windows: ({ node, samples, strides }) => {
    const { windows } = node.attrs as { readonly windows: readonly { readonly axis: number }[] };
    const spot = spotOf(node.inputs[0] as Node, strides[0] as Stride, samples);
    const inside = windows.some(({ axis }) => axis === spot?.axis);
    return spot === null || inside ? null : strideOf(node, spot);
  },
  gram: ({ node, samples, strides }) => {
    const [x, ...others] = spots(node, strides, samples);
    const rank = (node.inputs[0] as Node).shape.length;
    if (x === null || x === undefined) return null;
    if (x.axis >= rank - 2) return "gram over the samples";
    return others.every((one) => one === null) ? strideOf(node, x) : null;
  },
  concat: ({ node, samples, strides }) => {
    const { axis } = node.attrs as { readonly axis: number };
    const found = spots(node, strides, samples);
    const known = found.filter((spot) => spot !== null);
    const beside = known.every((spot) => spot.axis !== axis);
    if (beside) return joined(node, found, "concat of samples with one another");
    const alike = node.inputs.every(({ shape }) => shape[axis] === node.inputs[0]?.shape[axis]);
    const whole =
      known.length === found.length && known.every(({ inner }) => inner === known[0]?.inner);
    return alike && whole ? strideOf(node, known[0] as Spot) : null;
  },
  slice: ({ node, samples, strides }) => {
    const [x] = node.inputs as [Node];
    const spot = spotOf(x, strides[0] as Stride, samples);
    if (spot === null) return null;
    const { begin, step } = node.attrs as {
      readonly begin: readonly number[];
      readonly step: readonly number[];
    };
    const { axis, inner } = spot;
    const [from, to] = [x.shape[axis] as number, node.shape[axis] as number];
    if (from === to) return step[axis] === 1 ? strideOf(node, spot) : null;
    // The slice takes one position of every sample.
    const one = step[axis] === inner && (begin[axis] as number) < inner && to === from / inner;
    return one ? strideOf(node, { axis, inner: 1 }) : null;
  },
  pad: ({ node, samples, strides }) => {
    const { parts } = node.attrs as { readonly parts: readonly Selection[] };
    const found = spots(node, strides, samples).map((spot, k) => {
      if (spot === null) return null;
      const { shape, step } = parts[k] as Selection;
      return shape[spot.axis] === node.shape[spot.axis] && step[spot.axis] === 1 ? spot : undefined;
    });
    return found.includes(undefined)
      ? null
      : joined(node, found as (Spot | null)[], "pad of samples with one another");
  },
  gather: ({ node, samples, strides }) => {
    const [source, indices] = node.inputs as [Node, Node];
    const [from, at] = spots(node, strides, samples);
    // The rows of a table, chosen by indices that depend on the sample.
    if (from === null && at) return strideOf(node, at);
    if (at !== null || !from || from.axis === 0) return null;
    return source.shape.length > 0
      ? strideOf(node, { ...from, axis: from.axis - 1 + indices.shape.length })
      : null;
  },
  arg: ({ node, samples, strides }) => {
    const spot = spotOf(node.inputs[0] as Node, strides[0] as Stride, samples);
    const { axis } = node.attrs as { readonly axis: number };
    if (spot?.axis === axis) return `${node.op.name} over the samples`;
    return spot === null
      ? null
      : strideOf(node, { ...spot, axis: spot.axis - Number(axis < spot.axis) });
  },
  // Carried values depend on themselves: where the samples are after a turn depends on where they were before it.
  loop: ({ node, samples, strides: given }) => {
    const loop = insideLoop(node) as InsideLoop;
    const { value } = node.attrs as { readonly value: Node };
    const order = neededIn(loop, value);
    const read = new Set(order);
    const carries = loop.carries.filter((one) => read.has(one.value));
    const within = new Map<Node, number>();
    for (const [at, place] of loop.places.entries()) {
      const stride = given[at] ?? null;
      if (stride === null || !read.has(place)) continue;
      const along = spotOf(node.inputs[at] as Node, stride, samples)?.axis === 0;
      if (at >= loop.fixed + loop.carries.length && along) {
        // If the samples come one by one, they meet in the carried values.
        const reached = dependents(order, [place]);
        return carries.some(({ next }) => reached.has(next)) ? "loop over the samples" : null;
      }
      within.set(place, stride);
    }
    let how: string | null = null;
    const told = (_: Node, words: string) => {
      how = words;
      return false;
    };
    for (const _ of carries) {
      const found = new Map(within);
      follow(order, found, samples, told);
      if (how !== null) return how;
      const more = carries.filter((one) => !within.has(one.value) && found.has(one.next));
      if (more.length === 0) break;
      for (const one of more) within.set(one.value, found.get(one.next) as number);
    }
    follow(order, within, samples, told);
    return how ?? within.get(value) ?? null;
  },
  // The last two axes are matrices. There is one matrix for each position of the other axes.
  matrices: ({ node, samples, strides }) => {
    const found = spots(node, strides, samples);
    const inside = (spot: Spot | null, k: number) =>
      spot !== null && spot.axis >= (node.inputs[k] as Node).shape.length - 2;
    if (found.some(inside)) return `${node.op.name} over the samples`;
    return joined(node, found, `${node.op.name} of samples with one another`);
  },
} satisfies Readonly<Record<string, Rule>>;

const rules: ReadonlyMap<Op, Rule> = new Map<Op, Rule>([
  [reshapeOp as Op, own.same],
  [stopGradientOp as Op, own.same],
  [overRanksOp as Op, own.same],
  [doubleOp as Op, own.same],
  [singleOp as Op, own.same],
  [broadcastToOp as Op, elementwise],
  [transposeOp as Op, own.transpose],
  [matmulOp as Op, own.matmul],
  [affineOp as Op, own.affine],
  [gramOp as Op, own.gram],
  [concatOp as Op, own.concat],
  [sliceOp as Op, own.slice],
  [placeOp as Op, own.pad],
  [gatherOp as Op, own.gather],
  [argMaxOp as Op, own.arg],
  [argMinOp as Op, own.arg],
  [choleskyOp as Op, own.matrices],
  [triangularSolveOp as Op, own.matrices],
  [loopOutputOp as Op, own.loop],
  [contractOp as Op, own.contract],
  [convolutionOp as Op, own.convolution],
  [convolutionInputOp as Op, own.convolution],
  [affinePatchesOp as Op, own.convolution],
  [windowsOp as Op, own.windows],
  [foldOp as Op, own.windows],
]);

/** Each element depends on the elements at its place. Operands may lack leading axes, or repeat along other axes. */
function elementwise({ node, samples, strides }: Seen): Found {
  const rank = node.shape.length;
  const found = spots(node, strides, samples).map((spot, k) => {
    const { shape } = node.inputs[k] as Node;
    return spot === null ? null : { ...spot, axis: spot.axis - shape.length + rank };
  });
  return joined(node, found, `${node.op.name} of samples with one another`);
}

/** Sums and extremes over axes. */
function reduction({ node, samples, strides }: Seen): Found {
  const [x] = node.inputs as [Node];
  const spot = spotOf(x, strides[0] as Stride, samples);
  if (spot === null) return null;
  const { axes } = node.attrs as { readonly axes: readonly number[] };
  if (axes.includes(spot.axis)) return `${node.op.name} over the samples`;
  const before = axes.filter((axis) => axis < spot.axis).length;
  return strideOf(node, { ...spot, axis: spot.axis - before });
}

/** The nodes that a value of a turn is made of, in that turn and in the turns before. */
function neededIn({ carries }: InsideLoop, value: Node): Node[] {
  const roots = [value];
  for (let grew = true; grew; ) {
    const read = new Set(topological(roots));
    const more = carries.filter((one) => read.has(one.value) && !roots.includes(one.next));
    roots.push(...more.map(({ next }) => next));
    grew = more.length > 0;
  }
  return topological(roots);
}
