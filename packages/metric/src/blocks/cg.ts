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
  /** Multiplies by A. */
  readonly apply: (x: Node) => Node;
  /** Multiplies by an approximation of A⁻¹. */
  readonly precondition: (r: Node) => Node;
  /** Which columns are one system. Columns without a common matrix are separate systems. */
  readonly columns: Columns;
}

/** The default number of steps. It gives four digits where the preconditioned condition number is below 100. */
export const defaultIterations = 50;

/**
 * Runs preconditioned conjugate gradients for a fixed number of steps from 0, as one loop (Hestenes and Stiefel
 * 1952).
 *
 * Columns without a common matrix are separate systems. A system whose residual has vanished stays as it is.
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

/** Returns a/b where b > 0, else 0. Its derivative is finite in both cases. */
function ratio(a: Node, b: Node): Node {
  const positive = greater(b, 0);
  return where(positive, div(a, where(positive, b, 1)), 0);
}
