import { literal, sizeOf, type View } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import type { LowerContext } from "../core/op.ts";
import type { ConvolutionAttrs } from "./convolutionAttrs.ts";
import { type Phase, phasesOf } from "./convolutionPhases.ts";
import { subView } from "./selection.ts";
import { permuted } from "./transpose.ts";

/**
 * The number of elements of one case that fit in a cache: 2 MiB of 32-bit floats. These elements
 * are ȳ, the sum and all weights. A graph is rewritten before its float type is known. Therefore
 * the limit is the same for 64 bits, and the graph too.
 */
const cached = 2 ** 19;

// Measured costs. The unit is one multiplication with an addition. `gathered`: bring an element of
// a window into place. `added`: add an element of a product to a sum. `moved`: move an element of
// x̄ where phases are interleaved. `prepared`: prepare one case.
const [gathered, added, moved, prepared] = [3, 5, 30, 3000];

/**
 * Chooses how to compute x̄. Returns true to compute products of ȳ and w and add them at their
 * places. No such product has a factor that is a zero of the padding. Returns false to compute
 * products of windows of ȳ, which reach beyond its ends. Many channels of x̄ are in favour of
 * windows. Much padding, few channels and strides are against them.
 */
export function folds({ inputs, attrs }: Node<ConvolutionAttrs>): boolean {
  const [y, w] = inputs as [Node, Node];
  const [channels = 0, outputs = 0] = [w.shape[0], w.shape.at(-1)];
  const length = sizeOf(y.shape.slice(3));
  if ([length, channels, outputs].includes(0)) return false;
  // The columns are computed in panels of four.
  const across = y.shape.at(-1) as number;
  const columns = (length / across) * 4 * Math.ceil(across / 4);
  const taps = sizeOf(attrs.kernel);
  const places = sizeOf(attrs.size);
  const numbers = outputs * columns + channels * places + taps * channels * outputs;
  if (numbers > cached) return false;
  const strided = attrs.stride.some((by) => by > 1);
  const perPlace = taps / sizeOf(attrs.stride);
  const byWindows =
    places * (perPlace * outputs * (channels + gathered) + (strided ? moved * channels : 0));
  const byFolding = columns * taps * channels * (outputs + added) + prepared;
  return byFolding < byWindows;
}

/**
 * Emits x̄ with one step for each phase. A phase has the places with the same remainders by the
 * stride on all axes. These places use a part of the kernel with stride 1, and the step writes them
 * at their places in x̄.
 */
export function lowerFolds(node: Node<ConvolutionAttrs>, context: LowerContext): void {
  const { attrs } = node;
  const [y, w] = node.inputs.map((input) => context.view(input)) as [View, View];
  const output = context.result(node);
  const label = context.label(node);
  const axes = attrs.size.map((_, i) => phasesOf(attrs, i));
  const all = attrs.kernel.map((_, i) => i);
  const spatial = (from: number) => all.map((i) => from + i);
  // The kernel as [c, kernel…, g, o], repeated for each sample.
  const rank = all.length;
  const kernel = permuted(w, [rank + 1, 0, rank + 2, ...spatial(1)]);
  const a = {
    ...kernel,
    shape: [y.shape[0] as number, ...kernel.shape],
    strides: [0, ...kernel.strides],
  };
  const emit = (chosen: readonly Phase[], begin: readonly number[]) => {
    const step = attrs.stride;
    const places = attrs.size.map((n, i) =>
      Math.max(0, Math.ceil((n - (begin[i] as number)) / (step[i] as number))),
    );
    const target = subView(output, {
      begin: [0, 0, 0, ...begin],
      shape: [...output.shape.slice(0, 3), ...places],
      step: [1, 1, 1, ...step],
    });
    if (chosen.some(({ count }) => count === 0)) {
      const { shape } = target;
      context.emit({
        ...{ kind: "map", label, shape, inputs: [], exprs: [literal(0)], outputs: [target] },
      });
      return;
    }
    const taps = subView(a, {
      begin: [0, 0, 0, 0, ...chosen.map(({ first }) => first)],
      shape: [...a.shape.slice(0, 4), ...chosen.map(({ count }) => count)],
      step: [1, 1, 1, 1, ...chosen.map(({ by }) => by)],
    });
    context.emit({
      kind: "convolve",
      label,
      a: taps,
      b: y,
      shift: chosen.map(({ shift }) => shift),
      dilation: chosen.map(({ dilation }) => dilation),
      output: target,
    });
  };
  const from = (chosen: readonly Phase[], begin: readonly number[]): void => {
    const axis = axes[chosen.length];
    if (axis === undefined) emit(chosen, begin);
    else axis.phases.forEach((phase, r) => void from([...chosen, phase], [...begin, r]));
  };
  from([], []);
}
