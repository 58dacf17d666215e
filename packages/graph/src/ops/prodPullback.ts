import { sizeOf } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { mul } from "./arithmetic.ts";
import { concat } from "./concat.ts";
import type { ReduceAttrs } from "./reduction.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { transpose } from "./transpose.ts";

/** One round of pairing: the first and the second half of the factors, which are multiplied. */
interface Round {
  readonly left: Node;
  readonly right: Node;
}

/** Returns the columns from `begin` up to, and without, `end` of a matrix. */
function columns(x: Node, begin: number, end: number): Node {
  return slice(x, [null, [begin, end]]);
}

/**
 * The pullback of a product of many factors: x̄ᵢ = ȳ Π_{j≠i} xⱼ. It divides by nothing, so factors
 * may be 0. The factors are multiplied in pairs, pairs of pairs, and so on, and the cotangent goes
 * back through these products. That is O(n) work in O(log n) nodes.
 */
export function prodPullback(node: Node<ReduceAttrs>, cotangent: Node): Node {
  const x = node.inputs[0] as Node;
  const { axes } = node.attrs;
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...axes];
  const front = transpose(x, order);
  const rows = sizeOf(node.shape);
  const count = sizeOf(axes.map((axis) => x.shape[axis] as number));

  let level = reshape(front, [rows, count]);
  const rounds: Round[] = [];
  for (let n = count; n > 1; n = Math.ceil(n / 2)) {
    const half = Math.floor(n / 2);
    const round = { left: columns(level, 0, half), right: columns(level, half, 2 * half) };
    rounds.push(round);
    const products = mul(round.left, round.right);
    level = n % 2 === 0 ? products : concat([products, columns(level, n - 1, n)], 1);
  }

  let back = count === 0 ? level : reshape(cotangent, [rows, 1]);
  for (const { left, right } of rounds.reverse()) {
    const half = left.shape[1] as number;
    const pairs = columns(back, 0, half);
    const parts = [mul(pairs, right), mul(pairs, left)];
    const n = back.shape[1] as number;
    back = concat(n === half ? parts : [...parts, columns(back, half, n)], 1);
  }
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return transpose(reshape(back, front.shape), inverse);
}
