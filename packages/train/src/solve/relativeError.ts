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
 * Returns the relative L2 error ‖u − u*‖₂/‖u*‖₂ over points. It is for the `evaluate` of {@link solve}.
 *
 * @param u - The solution as a function of nodes.
 * @param exact - The exact solution u*, as a function of nodes or as its values at the points.
 * @param points - The points, [n, d]: values, a node, or a sampler. A sampler is drawn once, and the draw never
 *   changes.
 * @returns The error, a scalar node without unit.
 * @throws {@link ShapeError} if u and u* have different numbers of values. It throws what u and u* throw, too.
 * @example
 * ```ts
 * const exact = (x: Node) => sin(mul(Math.PI, x));
 * const evaluate = { every: 50, of: { relativeL2: (u: Field) => relativeError(u, exact, gridPoints([101], box)) } };
 * ```
 * @category Residuals and differential equations
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
