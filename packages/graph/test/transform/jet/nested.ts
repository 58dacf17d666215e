/** Derivatives by inputs from nested gradients, as a reference. */
import { sizeOf, tensor } from "@metrigrad/tensor";
import { concat, constant, grad, type Node, reshape, slice, sum } from "../../../src/index.ts";
import { evaluate, gap } from "../../evaluate.ts";

/** A constant of numbers in (−1, 1) that are repeated by their seed. */
export function values(shape: readonly number[], seed: number): Node {
  const flat = Float64Array.from({ length: sizeOf(shape) }, (_, k) =>
    Math.sin(7.3 * k * k + 78 * seed),
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

/** For each pair of nodes the largest difference, relative to the larger of 1 and what is expected. */
export async function gapsOf(pairs: readonly (readonly [got: Node, expected: Node])[]) {
  const found = (await evaluate(pairs.flat())).map((one) => [...one.data()] as number[]);
  return pairs.map(([a, b], k) => {
    if (a.shape.join() !== b.shape.join()) return Number.POSITIVE_INFINITY;
    const [got, expected] = [found[2 * k] ?? [], found[2 * k + 1] ?? []];
    const size = expected.reduce((most, one) => Math.max(most, Math.abs(one)), 1);
    return gap(got, expected) / size;
  });
}

/** The largest of all differences; NaN where one is. */
export async function largestGap(pairs: readonly (readonly [got: Node, expected: Node])[]) {
  return Math.max(...(await gapsOf(pairs)));
}
