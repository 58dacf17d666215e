import { literal } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import type { LowerContext } from "../core/op.ts";
import type { ConvolutionAttrs } from "./convolutionAttrs.ts";
import { type AxisPhases, type Phase, phasesOf } from "./convolutionPhases.ts";
import { subView } from "./selection.ts";
import { permuted } from "./transpose.ts";

/** Whether x̄ is computed by adding products where they fall, rather than by products of windows of ȳ. */
export function folds(node: Node<ConvolutionAttrs>): boolean {
  return node.shape.length > 0 && !process.env.GATHER;
}

/**
 * Emits x̄ as one step per phase: the places of one remainder on every axis meet a part of the kernel, with stride 1,
 * and are written where they are in x̄.
 */
export function lowerFolds(node: Node<ConvolutionAttrs>, context: LowerContext): void {
  const { attrs } = node;
  const [y, w] = node.inputs.map((input) => context.view(input));
  if (y === undefined || w === undefined) return;
  const output = context.result(node);
  const label = context.label(node);
  const axes = attrs.size.map((_, i) => phasesOf(attrs, i));
  const all = attrs.kernel.map((_, i) => i);
  const spatial = (from: number) => all.map((i) => from + i);
  // [c, kernel…, g, o] for each sample.
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
