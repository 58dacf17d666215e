import type { Node } from "../core/node.ts";
import { concat } from "./concat.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { stack } from "./stack.ts";

/** Combines two values element by element. It is associative: (a ∘ b) ∘ c = a ∘ (b ∘ c). */
export type Combine = (left: Node, right: Node) => Node;

/** Takes positions of one axis: from `begin` up to, and without, `end`, every step-th. */
export function along(x: Node, axis: number, begin: number, end: number, step = 1): Node {
  return slice(
    x,
    x.shape.map((_, other) => (other === axis ? ([begin, end, step] as const) : null)),
  );
}

/**
 * Computes x₀, x₀∘x₁, x₀∘x₁∘x₂, … along an axis, by pairs, pairs of pairs, and so on (Blelloch
 * 1990). That takes 2n combinations in 2 log₂ n rounds, and the rounding error grows with log n.
 * Each result depends only on elements up to its own, so a NaN does not reach the results before
 * it. Derivatives of every order follow from those of ∘.
 */
export function inclusiveScan(x: Node, axis: number, combine: Combine): Node {
  const n = x.shape[axis] as number;
  if (n < 2) return x;
  const half = Math.floor(n / 2);
  const pairs = combine(along(x, axis, 0, 2 * half, 2), along(x, axis, 1, 2 * half, 2));
  // The results up to positions 1, 3, 5, …; with the next element they are the results up to 2, 4,
  // 6, …
  const odd = inclusiveScan(pairs, axis, combine);
  const rest = Math.ceil(n / 2) - 1;
  const later = rest === 0 ? [] : [combine(along(odd, axis, 0, rest), along(x, axis, 2, n, 2))];
  const even = concat([along(x, axis, 0, 1), ...later], axis);
  const shape = x.shape.with(axis, 2 * half);
  const both = reshape(stack([along(even, axis, 0, half), odd], axis + 1), shape);
  return n === 2 * half ? both : concat([both, along(even, axis, half, half + 1)], axis);
}
