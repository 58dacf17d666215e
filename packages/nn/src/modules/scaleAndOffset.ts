import { add, mul, type Node, reshape, type Variable } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { type ParameterSpec, param } from "../core/parameter.ts";
import { ones, zeros } from "../init/constant.ts";

/** What normalisations without running statistics take beside their sizes. */
export interface NormSettings {
  /** Added to the variance; 1e-5 by default. */
  readonly epsilon?: number;
  /** Whether there are a scale and an offset per feature; true by default. */
  readonly affine?: boolean;
}

/** Those of γ and β that a normalisation has. */
export type ScaleAndOffset = {
  readonly scale?: ParameterSpec;
  readonly offset?: ParameterSpec;
};

/** γ of ones and β of zeros of a shape, which L2 leaves out; nothing where they are not wanted. */
export function scaleAndOffset(shape: readonly number[], affine: boolean): ScaleAndOffset {
  if (!affine) return {};
  return {
    scale: param(shape, ones, { decay: "none" }),
    offset: param(shape, zeros, { decay: "none" }),
  };
}

/** γ∘x̂ + β with those that there are, `behind` axes behind theirs. */
export function scaled(
  standard: Node,
  { scale, offset }: { readonly scale?: Variable; readonly offset?: Variable },
  behind: number,
): Node {
  const product = scale === undefined ? standard : mul(standard, lifted(scale, behind));
  return offset === undefined ? product : add(product, lifted(offset, behind));
}

/** A value per feature with axes of 1 behind it, as it meets [n, f…, …]. */
export function lifted(value: Node, behind: number): Node {
  return behind === 0 ? value : reshape(value, [...value.shape, ...new Array(behind).fill(1)]);
}

/** Throws ShapeError for sizes that are not positive integers, and an ε that is not positive. */
export function checkNorm(where: string, sizes: readonly number[], epsilon: number): void {
  const whole = sizes.length > 0 && sizes.every((size) => Number.isInteger(size) && size > 0);
  if (whole && epsilon > 0) return;
  throw new ShapeError({
    where,
    must: "sizes must be positive integers and epsilon positive",
    got: `${sizes.length === 0 ? "no size" : sizes.join(", ")} and ${epsilon}`,
    todo: `pass the sizes of what is normalised, and { epsilon: 1e-5 }`,
  });
}

/** Throws ShapeError for an input whose channels, on axis 1, are not as many as expected, or that has too few axes. */
export function checkChannels(where: string, x: Node, channels: number, fewest: number): void {
  if (x.shape.length >= fewest && x.shape[1] === channels) return;
  const shapes = fewest > 2 ? `[n, ${channels}, …]` : `[n, ${channels}] or [n, ${channels}, …]`;
  throw new ShapeError({
    where,
    must: `its input must be ${shapes}`,
    got: `[${x.shape.join(", ")}]`,
    todo: "give it the width of the layer before it",
  });
}
