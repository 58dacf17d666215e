/** Derivatives by inputs from nested gradients, as a reference. */
import { sizeOf, tensor } from "@metrigrad/tensor";
import { concat, constant, grad, type Node, reshape, slice, sum } from "../../../src/index.ts";
import { evaluate, gap } from "../../evaluate.ts";

/** A constant of numbers in (−1, 1) that are repeated by their seed. */
export function values(shape: readonly number[], seed: number): Node {
  const flat = Float64Array.from({ length: sizeOf(shape) }, (_, k) =>
    Math.sin(7.3 * k + 78 * seed),
  );
  return constant(tensor(flat, { shape }));
}

/** A coordinate of points [n, d], [n]. */
export function coordinate(x: Node, axis: number): Node {
  return reshape(slice(x, [null, [axis, axis + 1]]), [x.shape[0] as number]);
}

/** ∂^p y/∂x…, of the shape of y [n, …], by a gradient for each order and component. */
export function nestedPartial(y: Node, x: Node, axes: readonly number[]): Node {
  const n = x.shape[0] as number;
  const m = sizeOf(y.shape) / n;
  const flat = reshape(y, [n, m]);
  const columns = Array.from({ length: m }, (_, k) =>
    axes.reduce(
      (one, axis) => slice(grad(sum(one), x, { unused: "zero" }), [null, [axis, axis + 1]]),
      slice(flat, [null, [k, k + 1]]),
    ),
  );
  return reshape(concat(columns, 1), y.shape);
}

/** Largest difference of pairs of nodes, relative to the larger of their size and 1. */
export async function largestGap(pairs: readonly (readonly [Node, Node])[]): Promise<number> {
  const found = await evaluate(pairs.flat());
  return pairs.reduce((worst, [a, b], k) => {
    if (a.shape.join() !== b.shape.join()) return Number.POSITIVE_INFINITY;
    const [got, expected] = [2 * k, 2 * k + 1].map((at) => found[at]?.data() ?? []) as [
      ArrayLike<number>,
      ArrayLike<number>,
    ];
    const size = Array.from(expected).reduce((most, one) => Math.max(most, Math.abs(one)), 1);
    const off = gap(got, expected) / size;
    return off > worst || Number.isNaN(off) ? off : worst;
  }, 0);
}
