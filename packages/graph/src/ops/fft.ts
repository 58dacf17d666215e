import { normalizeAxis, ShapeError, sameShape, showShape, tensor } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { mul } from "./arithmetic.ts";
import { constant } from "./constant.ts";
import { dft, type Parts } from "./dft.ts";
import { zerosLike } from "./fill.ts";
import { moveAxis } from "./moveAxis.ts";
import { pad, slice } from "./slice.ts";

/** Complex numbers as a pair of real values of one shape. */
export interface ComplexNode {
  readonly re: Node;
  readonly im: Node;
}

/** What Fourier transforms take: a pair, or real values. */
export type ComplexLike = NodeLike | { readonly re: NodeLike; readonly im: NodeLike };

/** Options of Fourier transforms. */
export interface FftOptions {
  /** The axis that is transformed; the last one by default. */
  readonly axis?: number;
  /** Which direction is divided by n: `backward` (the default), `forward`, or both by √n, `ortho`. */
  readonly norm?: "backward" | "forward" | "ortho";
}

const fftNames = ["axis", "norm"] as const;

/** Options of `irfft`. */
export interface IrfftOptions extends FftOptions {
  /** The number of real values; twice the number of frequencies less 2 by default. */
  readonly n?: number;
}

function refuse(where: string, must: string, got: string, todo: string): never {
  throw new ShapeError({ where, must, got, todo });
}

const isPair = (x: ComplexLike): x is { readonly re: NodeLike; readonly im: NodeLike } =>
  typeof x === "object" && x !== null && "re" in x && "im" in x;

/** A transform along an axis brought to the end, times a factor. */
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
  const fits = im === null || sameShape(im.shape, re.shape);
  if (!fits || size === 0 || re.type !== "float" || (im?.type ?? "float") !== "float") {
    const shown = [re, ...(im === null ? [] : [im])].map((x) => `${x.type} ${showShape(x.shape)}`);
    const must = `it must have floats, re and im of one shape, and an element on axis ${axis}`;
    refuse(where, must, shown.join(" and "), "cast or reshape them");
  }
  const { norm = "backward" } = options;
  const last = re.shape.length - 1;
  const ends = (x: Node) => moveAxis(x, axis, last);
  const { result, n } = transform({ re: ends(re), im: im === null ? null : ends(im) }, size);
  const whole = norm === (forward ? "forward" : "backward");
  const factor = norm === "ortho" ? 1 / Math.sqrt(n) : whole ? 1 / n : 1;
  const back = (x: Node) => moveAxis(factor === 1 ? x : mul(x, factor), last, axis);
  return { re: back(result.re), im: result.im === null ? null : back(result.im) };
}

const pairOf = ({ re, im }: Parts): ComplexNode => ({ re, im: im ?? zerosLike(re) });

/** The inverse transform without a factor: the transform with real and imaginary part exchanged, twice. */
function inverse({ re, im }: Parts): Parts {
  const back = dft({ re: im ?? zerosLike(re), im: re });
  return { re: back.im ?? zerosLike(back.re), im: back.re };
}

/** The first elements of the last axis. */
const head = (x: Node, count: number) =>
  slice(x, [...x.shape.slice(1).map(() => null), [0, count]]);

/**
 * The discrete Fourier transform Zₖ = Σⱼ zⱼ e^(−2πijk/n) along an axis of any size. It is made of small
 * products, so that derivatives and batches follow; large prime sizes take about six times as long. Errors are
 * about 10⁻⁷·log n of the root mean square in float32.
 * @param z real values, or { re, im }
 * @returns { re, im } of the same shape
 * @throws ShapeError for an axis without elements, parts of other shapes, and types other than float
 */
export function fft(z: ComplexLike, options: FftOptions = {}): ComplexNode {
  checkOptions("fft", options, fftNames);
  return pairOf(along("fft", z, options, true, (x, n) => ({ result: dft(x), n })));
}

/**
 * The inverse of `fft`: zⱼ = 1/n Σₖ Zₖ e^(2πijk/n).
 * @param z real values, or { re, im }
 * @returns { re, im } of the same shape
 * @throws ShapeError as `fft`
 */
export function ifft(z: ComplexLike, options: FftOptions = {}): ComplexNode {
  checkOptions("ifft", options, fftNames);
  return pairOf(along("ifft", z, options, false, (x, n) => ({ result: inverse(x), n })));
}

/**
 * The first ⌊n/2⌋ + 1 numbers of `fft` of n real values; the others are their conjugates.
 * @returns { re, im } with ⌊n/2⌋ + 1 elements on the axis
 * @throws ShapeError as `fft`
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
 * The inverse of `rfft`: n real values whose transform begins with z. What a transform of real values cannot
 * have, an imaginary part of its first number and, for even n, of its last, is not read.
 * @param z { re, im } with m = ⌊n/2⌋ + 1 elements on the axis
 * @param options `n` = 2m − 2 by default; 2m − 1 is the other choice
 * @returns real values with n elements on the axis
 * @throws ShapeError for another n, and as `fft`
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
    // Zₖ and its conjugate at n − k have the same real part of their terms, so one counts twice.
    const alone = (k: number) => k === 0 || 2 * k === n;
    const counts = tensor(Float64Array.from({ length: m }, (_, k) => (alone(k) ? 1 : 2)));
    const none = x.re.shape.slice(1).map(() => [0, 0] as const);
    const full = (part: Node) => pad(mul(part, constant(counts)), [...none, [0, n - m]]);
    const spectrum = { re: full(x.re), im: x.im === null ? null : full(x.im) };
    return { result: { re: inverse(spectrum).re, im: null }, n };
  });
  return transformed.re;
}
