import { add, concat, constant, mul, type Node, reshape, slice, sub } from "@metrigrad/graph";
import { tensor } from "@metrigrad/tensor";

/**
 * Rotary positions (Su et al. 2021, arXiv 2104.09864, eq. 34): the pairs (x₂ᵢ, x₂ᵢ₊₁) of a head turned by the angle
 * t·base^(−2i/d), so that products of queries and keys depend on how far they are apart.
 * @param x [n, heads, T, d], d even
 * @param base of the angles
 * @returns the same shape
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
