import { add, concat, constant, mul, type Node, reshape, slice, sub } from "@metrigrad/graph";
import { tensor } from "@metrigrad/tensor";

/**
 * Turns the pairs (x₂ᵢ, x₂ᵢ₊₁) of a head at position t by the angle t·base^(−2i/d) (Su et al. 2021, arXiv 2104.09864,
 * equation 34). Products of queries and keys then depend on their distance.
 *
 * @param x - The heads, [n, heads, T, d] with d even.
 * @param base - The base of the angles.
 * @returns The turned heads, of the same shape.
 */
export function rotary(x: Node, base: number): Node {
  const [n = 0, heads = 0, steps = 0, d = 0] = x.shape;
  const half = d / 2;
  const angles = Float64Array.from({ length: steps * half }, (_, k) => {
    return Math.floor(k / half) * base ** (-(k % half) / half);
  });
  const table = (f: (angle: number) => number) =>
    constant(tensor(angles.map(f), { shape: [steps, half, 1] }));
  const [cos, sin] = [table(Math.cos), table(Math.sin)];
  const pairs = reshape(x, [n, heads, steps, half, 2]);
  const part = (at: number) => slice(pairs, [null, null, null, null, [at, at + 1]]);
  const [even, odd] = [part(0), part(1)];
  const turned = [sub(mul(even, cos), mul(odd, sin)), add(mul(odd, cos), mul(even, sin))];
  return reshape(concat(turned, 4), x.shape);
}
