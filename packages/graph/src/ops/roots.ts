import { type Tensor, tensor } from "@metrigrad/tensor";

/** The numbers e^(−2πi·turns) in float64, as cos and sin of 2π·turns. */
export interface Roots {
  readonly cos: Tensor;
  readonly sin: Tensor;
}

/**
 * Makes e^(−2πi·p/n) for the integers p of a matrix [rows, columns]. p is first reduced modulo n,
 * so the angles are exact.
 */
export function rootMatrix(
  n: number,
  rows: number,
  columns: number,
  p: (row: number, column: number) => number,
): Roots {
  const angle = (_: unknown, i: number) =>
    (2 * Math.PI * (p(Math.floor(i / columns), i % columns) % n)) / n;
  const angles = Float64Array.from({ length: rows * columns }, angle);
  const shape = [rows, columns];
  return {
    cos: tensor(angles.map(Math.cos), { shape }),
    sin: tensor(angles.map(Math.sin), { shape }),
  };
}

/**
 * Computes the discrete Fourier transform of numbers in float64 on the host. Their count is a power
 * of 2.
 */
export function hostTransform(
  re: Float64Array,
  im: Float64Array,
): { readonly re: Float64Array; readonly im: Float64Array } {
  const n = re.length;
  if (n === 1) return { re, im };
  const half = n / 2;
  const side = (odd: 0 | 1) => {
    const pick = (x: Float64Array) =>
      Float64Array.from({ length: half }, (_, i) => x[2 * i + odd] as number);
    return hostTransform(pick(re), pick(im));
  };
  const [even, odd] = [side(0), side(1)];
  const out = { re: new Float64Array(n), im: new Float64Array(n) };
  for (let k = 0; k < half; k++) {
    const [c, s] = [Math.cos((2 * Math.PI * k) / n), Math.sin((2 * Math.PI * k) / n)];
    const [x, y] = [odd.re[k] as number, odd.im[k] as number];
    const [p, q] = [x * c + y * s, y * c - x * s];
    const [a, b] = [even.re[k] as number, even.im[k] as number];
    out.re[k] = a + p;
    out.im[k] = b + q;
    out.re[k + half] = a - p;
    out.im[k + half] = b - q;
  }
  return out;
}
