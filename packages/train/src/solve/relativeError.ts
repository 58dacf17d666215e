import {
  asNode,
  constant,
  div,
  type Node,
  type NodeLike,
  reshape,
  sqrt,
  square,
  sub,
  sum,
} from "@metrigrad/graph";
import { ShapeError, showShape, sizeOf, tensor } from "@metrigrad/tensor";
import { isSampler, type PointSampler } from "../points/sampler.ts";
import type { Field } from "../responses/part.ts";

/**
 * The relative L2 error ‖u − u*‖₂/‖u*‖₂ over points, a scalar: for the `evaluate` of `solve`.
 *
 * @param u - The solution as a function of nodes.
 * @param exact - u*, as a function of nodes, or its values at the points.
 * @param points - Points [n, d]: values, a node, or a sampler, of which one draw is taken that never changes.
 * @returns A scalar node.
 * @throws ShapeError where u and u* have different numbers of values, and what they throw
 * @example
 * ```ts
 * const exact = (x: Node) => sin(mul(Math.PI, x));
 * const evaluate = { every: 50, of: { relativeL2: (u: Field) => relativeError(u, exact, gridPoints([101], box)) } };
 * ```
 */
export function relativeError(
  u: Field,
  exact: Field | NodeLike,
  points: NodeLike | PointSampler,
): Node {
  const x = isSampler(points) ? drawn(points) : asNode(points);
  const [found, wanted] = [u(x), typeof exact === "function" ? exact(x) : asNode(exact)];
  if (sizeOf(found.shape) !== sizeOf(wanted.shape)) {
    throw new ShapeError({
      where: "relativeError",
      must: "u and the exact solution must have the same number of values",
      got: `${showShape(found.shape)} and ${showShape(wanted.shape)}`,
      todo: "return one value for each point from both",
    });
  }
  const off = sub(found, reshape(wanted, found.shape));
  return sqrt(div(sum(square(off)), sum(square(wanted))));
}

function drawn(sampler: PointSampler): Node {
  const state = constant(tensor(Uint32Array.of(0, 0)));
  return sampler.draw({ key: "relativeError", state, residual: null });
}
