import type { Shape } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { pad, slice } from "./slice.ts";

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

/** Indices of contractions: of the axes that are convolved over, of places in the kernel, and the others. */
export function indices({ kernel }: ConvolutionAttrs) {
  const places = kernel.map((_, i) => 4 + i);
  const taps = kernel.map((_, i) => 4 + kernel.length + i);
  return { places, taps, at: { n: 0, g: 1, c: 2, o: 3 } } as const;
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
