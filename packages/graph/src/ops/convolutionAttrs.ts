import type { Shape } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { pad, slice } from "./slice.ts";

/**
 * How a convolution moves over its axes: each list has a number for each axis.
 *
 * @category Graph: own ops
 */
export interface ConvolutionAttrs {
  /** The lengths of the input. */
  readonly size: Shape;
  /** The lengths of the kernel. */
  readonly kernel: Shape;
  /** The places from one patch to the next. */
  readonly stride: readonly number[];
  /** The places from one element of a patch to the next. */
  readonly dilation: readonly number[];
  /** The number of zeros before and after; negative numbers cut. */
  readonly padding: readonly (readonly [before: number, after: number])[];
}

/** Returns the lengths of the result. */
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

/**
 * Returns the indices of contractions: for the axes that the convolution moves over, for the places
 * in the kernel, and for the other axes.
 */
export function indices({ kernel }: ConvolutionAttrs) {
  const places = kernel.map((_, i) => 4 + i);
  const taps = kernel.map((_, i) => 4 + kernel.length + i);
  return { places, taps, at: { n: 0, g: 1, c: 2, o: 3 } } as const;
}

/** Adds zeros before and after the axes from `lead` on. Negative numbers cut. */
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
