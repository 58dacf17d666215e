import { tensor } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { add, mul, neg, sub } from "./arithmetic.ts";
import { constant } from "./constant.ts";
import { matmul } from "./matmul.ts";
import { reshape } from "./reshape.ts";
import { hostTransform, type Roots, rootMatrix } from "./roots.ts";
import { pad, slice } from "./slice.ts";
import { transpose } from "./transpose.ts";

/** Complex numbers as two nodes of one shape. */
export interface Parts {
  /** The real part. */
  readonly re: Node;
  /** The imaginary part; null where the numbers are real. */
  readonly im: Node | null;
}

/**
 * The largest size whose transform is one product with its matrix. Larger transforms are made of
 * products of at most `radix`.
 */
const direct = 64;
const radix = 32;

/**
 * Computes Σⱼ zⱼ e^(−2πijk/n) along the last axis. A size that is a product of small numbers is
 * factored (Cooley and Tukey 1965), and each step is a product with a small matrix. A size that is
 * a large prime number is computed by a convolution (Bluestein 1970).
 */
export function dft(z: Parts): Parts {
  const n = z.re.shape.at(-1) as number;
  if (n === 1) return z;
  if (n <= direct) {
    const rows = mapped(z, (x) => reshape(x, [-1, n]));
    const matrix = rootMatrix(n, n, n, (j, k) => j * k);
    return mapped(product(rows, matrix, matmulOf), (x) => reshape(x, z.re.shape));
  }
  const n1 = factorOf(n);
  return n1 === n ? chirped(z, n) : composed(z, n1, n / n1);
}

/** Returns the largest divisor that is at most `radix`, or else the smallest divisor above it. */
function factorOf(n: number): number {
  for (let d = radix; d > 1; d--) if (n % d === 0) return d;
  for (let d = radix + 1; d * d <= n; d++) if (n % d === 0) return d;
  return n;
}

const matmulOf = (x: Node, w: Node) => matmul(x, w);

/** Applies a function to both parts. */
const mapped = ({ re, im }: Parts, f: (x: Node) => Node): Parts => ({
  re: f(re),
  im: im === null ? null : f(im),
});

/** Multiplies (re + i·im) by (cos − i·sin). `times` is a product that is linear in both factors. */
function product({ re, im }: Parts, by: Roots, times: (x: Node, w: Node) => Node): Parts {
  const [c, s] = [constant(by.cos), constant(by.sin)];
  if (im === null) return { re: times(re, c), im: neg(times(re, s)) };
  return {
    re: add(times(re, c), times(im, s)),
    im: sub(times(im, c), times(re, s)),
  };
}

// With j = n₂j₁ + j₂ and k = k₁ + n₁k₂, the factor e^(−2πijk/n) is the product of three factors.
// Their exponents have j₁k₁/n₁, j₂k₁/n and j₂k₂/n₂ in place of jk/n.
/** Computes the transform of size n1·n2 by transforms of the two smaller sizes. */
function composed(z: Parts, n1: number, n2: number): Parts {
  const lead = z.re.shape.slice(0, -1);
  const n = n1 * n2;
  const grid = mapped(z, (x) => reshape(x, [...lead, n1, n2]));
  const columns =
    n1 <= radix
      ? product(
          grid,
          rootMatrix(n1, n1, n1, (j, k) => j * k),
          (x, w) => matmul(w, x),
        )
      : mapped(dft(mapped(grid, (x) => transpose(x))), (x) => transpose(x));
  const turned = product(
    columns,
    rootMatrix(n, n1, n2, (k, j) => k * j),
    mul,
  );
  return mapped(dft(turned), (x) => reshape(transpose(x), [...lead, n]));
}

// Because jk = (j² + k² − (k − j)²)/2, the transform is a convolution of zⱼ·cⱼ with the conjugate
// of cⱼ = e^(−πij²/n).
/** Computes the transform of any size by a convolution, which uses transforms of a power of 2. */
function chirped(z: Parts, n: number): Parts {
  const m = 2 ** Math.ceil(Math.log2(2 * n - 1));
  const chirp = rootMatrix(2 * n, 1, n, (_, j) => j * j);
  const flat = { cos: rowOf(chirp.cos.data()), sin: rowOf(chirp.sin.data()) };
  const none = z.re.shape.slice(0, -1).map(() => [0, 0] as const);
  const raised = mapped(product(z, flat, mul), (x) => pad(x, [...none, [0, m - n]]));
  const folded = product(dft(raised), spectrumOf(chirp, n, m), mul);
  // The inverse transform is the transform of the numbers with real and imaginary part exchanged.
  const back = dft({ re: folded.im as Node, im: folded.re });
  const part = (x: Node) => mul(slice(x, [...none.map(() => null), [0, n]]), 1 / m);
  return product({ re: part(back.im as Node), im: part(back.re) }, flat, mul);
}

/** Makes a vector in float64. */
const rowOf = (data: ArrayLike<number>) => tensor(Float64Array.from(data));

/** Computes the transform of the conjugate chirp, wrapped around m places. */
function spectrumOf(chirp: Roots, n: number, m: number): Roots {
  const [re, im] = [new Float64Array(m), new Float64Array(m)];
  for (let j = 0; j < n; j++) {
    for (const at of [j, (m - j) % m]) {
      re[at] = chirp.cos.data()[j] as number;
      im[at] = chirp.sin.data()[j] as number;
    }
  }
  const spectrum = hostTransform(re, im);
  return { cos: rowOf(spectrum.re), sin: rowOf(spectrum.im.map((x) => -x)) };
}
