import {
  add,
  div,
  greater,
  mul,
  type Node,
  reshape,
  scan,
  sub,
  sum,
  where,
  zerosLike,
} from "@metrigrad/graph";
import type { Columns } from "./block.ts";

/** A symmetric positive definite system A x = v over [d, m]. */
export interface LinearSystem {
  readonly apply: (x: Node) => Node;
  /** About A⁻¹. */
  readonly precondition: (r: Node) => Node;
  readonly columns: Columns;
}

/** Steps by default: enough for four digits where the preconditioned condition is below 100. */
export const defaultIterations = 50;

/**
 * Preconditioned conjugate gradients, a fixed number of steps from 0 (Hestenes and Stiefel 1952), as one loop of a plan.
 * Columns that have no matrix in common are systems of their own. A system whose residual has vanished
 * stays as it is.
 */
export function conjugateGradients(
  { apply, precondition, columns }: LinearSystem,
  v: Node,
  iterations: number,
): Node {
  const dot = (a: Node, b: Node) =>
    columns === "coupled"
      ? reshape(sum(mul(a, b)), [1, 1])
      : sum(mul(a, b), { axis: 0, keepDims: true });
  const first = precondition(v);
  const { carry } = scan(
    ({ x, r, p, rz }) => {
      const ap = apply(p);
      const alpha = ratio(rz, dot(p, ap));
      const rest = sub(r, mul(alpha, ap));
      const z = precondition(rest);
      const next = dot(rest, z);
      const direction = add(z, mul(ratio(next, rz), p));
      return { carry: { x: add(x, mul(alpha, p)), r: rest, p: direction, rz: next }, y: [] };
    },
    { x: zerosLike(v), r: v, p: first, rz: dot(v, first) },
    null,
    { turns: iterations },
  );
  return carry.x;
}

/** a/b where b > 0, else 0; its derivative is finite there too. */
function ratio(a: Node, b: Node): Node {
  const positive = greater(b, 0);
  return where(positive, div(a, where(positive, b, 1)), 0);
}
