import { normalizeAxis, ShapeError, sameShape, showShape, tensor } from "@metrigrad/tensor";
import { checkChoice } from "../core/checkChoice.ts";
import { checkFloats } from "../core/checkElements.ts";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { mul } from "./arithmetic.ts";
import { constant } from "./constant.ts";
import { dft, type Parts } from "./dft.ts";
import { zerosLike } from "./fill.ts";
import { moveAxis } from "./moveAxis.ts";
import { pad, slice } from "./slice.ts";

/**
 * Complex numbers as a pair of real values of one shape; the result of {@link fft}.
 *
 * @category Ops: numerics
 */
export interface ComplexNode {
  /** The real part, float. */
  readonly re: Node;
  /** The imaginary part, float. */
  readonly im: Node;
}

/**
 * The operand of a Fourier transform: a pair of real and imaginary part, or real values.
 *
 * @category Ops: numerics
 */
export type ComplexLike = NodeLike | { readonly re: NodeLike; readonly im: NodeLike };

/**
 * Options of the Fourier transforms.
 *
 * @category Ops: numerics
 */
export interface FftOptions {
  /** The axis to transform; the last one by default. Negative axes count from the end. */
  readonly axis?: number;
  /**
   * Which direction is divided: `backward` (the default) or `forward` by n, or both by √n with
   * `ortho`.
   */
  readonly norm?: "backward" | "forward" | "ortho";
}

const fftNames = ["axis", "norm"] as const;

/**
 * Options of {@link irfft}.
 *
 * @category Ops: numerics
 */
export interface IrfftOptions extends FftOptions {
  /** The number of real values. By default it is 2m − 2, where m is the number of frequencies. */
  readonly n?: number;
}

/** Throws ShapeError. */
function refuse(where: string, must: string, got: string, todo: string): never {
  throw new ShapeError({ where, must, got, todo });
}

/** Tells whether an operand is a pair of real and imaginary part. */
const isPair = (x: ComplexLike): x is { readonly re: NodeLike; readonly im: NodeLike } =>
  typeof x === "object" && x !== null && "re" in x && "im" in x;

/**
 * Applies a transform along an axis, which is moved to the end for it, and multiplies by the factor
 * of `norm`.
 */
function along(
  where: string,
  value: ComplexLike,
  options: FftOptions,
  forward: boolean,
  transform: (z: Parts, n: number) => { readonly result: Parts; readonly n: number },
): { re: Node; im: Node | null } {
  const re = asNode(isPair(value) ? value.re : value);
  const im = isPair(value) ? asNode(value.im) : null;
  const axis = normalizeAxis(where, options.axis ?? -1, re.shape.length);
  const size = re.shape[axis] as number;
  checkFloats(where, re, im);
  if ((im !== null && !sameShape(im.shape, re.shape)) || size === 0) {
    const shapes = [re, ...(im === null ? [] : [im])].map(({ shape }) => showShape(shape));
    const must = `re and im must have one shape, and an element on axis ${axis}`;
    refuse(where, must, shapes.join(" and "), "reshape them, or choose another axis");
  }
  const { norm = "backward" } = options;
  checkChoice(where, "norm", norm, ["backward", "forward", "ortho"]);
  const last = re.shape.length - 1;
  const ends = (x: Node) => moveAxis(x, axis, last);
  const { result, n } = transform({ re: ends(re), im: im === null ? null : ends(im) }, size);
  const whole = norm === (forward ? "forward" : "backward");
  const factor = norm === "ortho" ? 1 / Math.sqrt(n) : whole ? 1 / n : 1;
  const back = (x: Node) => moveAxis(factor === 1 ? x : mul(x, factor), last, axis);
  return { re: back(result.re), im: result.im === null ? null : back(result.im) };
}

/** Adds the imaginary part 0 to real values. */
const pairOf = ({ re, im }: Parts): ComplexNode => ({ re, im: im ?? zerosLike(re) });

/**
 * Computes the inverse transform without its factor. It exchanges real and imaginary part before
 * and after a transform.
 */
function inverse({ re, im }: Parts): Parts {
  const back = dft({ re: im ?? zerosLike(re), im: re });
  return { re: back.im ?? zerosLike(back.re), im: back.re };
}

/** Returns the first elements of the last axis. */
const head = (x: Node, count: number) =>
  slice(x, [...x.shape.slice(1).map(() => null), [0, count]]);

/**
 * Computes the discrete Fourier transform Zₖ = Σⱼ zⱼ e^(−2πijk/n) along an axis.
 *
 * The axis may have any size n. The transform is made of small products, so it has derivatives and
 * works in batches. A large prime size takes about six times as long. In float32 the error is about
 * 10⁻⁷·log n of the root mean square.
 *
 * @param z - Real values, or a pair `{ re, im }`, float.
 * @param options - The axis, and which direction is divided by n.
 * @returns The transform `{ re, im }`, of the same shape.
 * @throws {@link ShapeError} if the axis is empty or out of range, if re and im have different
 *   shapes, or if a value is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: numerics
 */
export function fft(z: ComplexLike, options: FftOptions = {}): ComplexNode {
  checkOptions("fft", options, fftNames);
  return pairOf(along("fft", z, options, true, (x, n) => ({ result: dft(x), n })));
}

/**
 * Computes the inverse of {@link fft}: zⱼ = 1/n Σₖ Zₖ e^(2πijk/n).
 *
 * @param z - Real values, or a pair `{ re, im }`, float.
 * @param options - The axis, and which direction is divided by n.
 * @returns The values `{ re, im }`, of the same shape.
 * @throws {@link ShapeError} if the axis is empty or out of range, if re and im have different
 *   shapes, or if a value is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: numerics
 */
export function ifft(z: ComplexLike, options: FftOptions = {}): ComplexNode {
  checkOptions("ifft", options, fftNames);
  return pairOf(along("ifft", z, options, false, (x, n) => ({ result: inverse(x), n })));
}

/**
 * Computes the first ⌊n/2⌋ + 1 numbers of the Fourier transform of n real values; see {@link fft}.
 *
 * The other numbers are the conjugates of these.
 *
 * @param x - The real values, float.
 * @param options - The axis, and which direction is divided by n.
 * @returns The numbers `{ re, im }`, with ⌊n/2⌋ + 1 elements on the axis.
 * @throws {@link ShapeError} if the axis is empty or out of range, or if x is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: numerics
 */
export function rfft(x: NodeLike, options: FftOptions = {}): ComplexNode {
  checkOptions("rfft", options, fftNames);
  const transformed = along("rfft", x, options, true, (z, n) => {
    const { re, im } = pairOf(dft(z));
    const count = Math.floor(n / 2) + 1;
    return { result: { re: head(re, count), im: head(im, count) }, n };
  });
  return pairOf(transformed);
}

/**
 * Computes the inverse of {@link rfft}: n real values whose transform begins with z.
 *
 * The transform of real values has no imaginary part in its first number and, for even n, in its
 * last number. If z has one there, it is ignored.
 *
 * @param z - A pair `{ re, im }`, float, with m = ⌊n/2⌋ + 1 elements on the axis.
 * @param options - The axis, which direction is divided by n, and n itself: 2m − 2 (the default) or
 *   2m − 1.
 * @returns The real values, with n elements on the axis.
 * @throws {@link ShapeError} if n does not fit, if the axis is empty or out of range, if re and im
 *   have different shapes, or if a value is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: numerics
 */
export function irfft(z: ComplexLike, options: IrfftOptions = {}): Node {
  checkOptions("irfft", options, ["axis", "norm", "n"]);
  const transformed = along("irfft", z, options, false, (x, m) => {
    const n = options.n ?? Math.max(1, 2 * m - 2);
    if (!Number.isInteger(n) || n < 1 || Math.floor(n / 2) + 1 !== m) {
      refuse(
        "irfft",
        `n must be ${2 * m - 2} or ${2 * m - 1} for ${m} frequencies`,
        String(n),
        "choose one",
      );
    }
    // The terms of Zₖ and of its conjugate at n − k have the same real part. So one of them is
    // counted twice.
    const alone = (k: number) => k === 0 || 2 * k === n;
    const counts = tensor(Float64Array.from({ length: m }, (_, k) => (alone(k) ? 1 : 2)));
    const none = x.re.shape.slice(1).map(() => [0, 0] as const);
    const full = (part: Node) => pad(mul(part, constant(counts)), [...none, [0, n - m]]);
    const spectrum = { re: full(x.re), im: x.im === null ? null : full(x.im) };
    return { result: { re: inverse(spectrum).re, im: null }, n };
  });
  return transformed.re;
}
