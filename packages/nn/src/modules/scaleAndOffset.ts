import { add, mul, type Node, reshape, type Variable } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { type ParameterSpec, param } from "../core/parameter.ts";
import { ones, zeros } from "../init/constant.ts";

/**
 * Settings of normalisations without running statistics.
 *
 * @category Models: layers
 */
export interface NormSettings {
  /** The number ε that is added to the variance; 1e-5 by default, 2⁻²³ for `rmsNorm`. */
  readonly epsilon?: number;
  /** Whether there are a scale and an offset per feature; true by default, false for `instanceNorm`. */
  readonly affine?: boolean;
}

/**
 * The parameters γ and β of a normalisation, as far as it has them.
 *
 * @category Models: layers
 */
export type ScaleAndOffset = {
  /** The scale γ, of ones at first. */
  readonly scale?: ParameterSpec;
  /** The offset β, of zeros at first. */
  readonly offset?: ParameterSpec;
};

/** Returns γ of ones and β of zeros of a shape, which an L2 penalty leaves out; nothing if `affine` is false. */
export function scaleAndOffset(shape: readonly number[], affine: boolean): ScaleAndOffset {
  if (!affine) return {};
  return {
    scale: param(shape, ones, { decay: "none" }),
    offset: param(shape, zeros, { decay: "none" }),
  };
}

/** Returns γ∘x̂ + β with the parameters that are present; `behind` is the number of axes behind theirs. */
export function scaled(
  standard: Node,
  { scale, offset }: { readonly scale?: Variable; readonly offset?: Variable },
  behind: number,
): Node {
  const product = scale === undefined ? standard : mul(standard, lifted(scale, behind));
  return offset === undefined ? product : add(product, lifted(offset, behind));
}

/** Returns a value per feature with axes of size 1 behind it, as it meets [n, f…, …]. */
export function lifted(value: Node, behind: number): Node {
  return behind === 0 ? value : reshape(value, [...value.shape, ...new Array(behind).fill(1)]);
}

/** Throws ShapeError unless sizes are positive integers and ε is positive. */
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

/** Throws ShapeError if an input has other channels on axis 1 than expected, or too few axes. */
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
