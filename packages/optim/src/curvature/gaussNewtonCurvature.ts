import {
  div,
  expandDims,
  jvp,
  matmul,
  mean,
  mul,
  type Node,
  reshape,
  sqrt,
  squeeze,
  sub,
  sum,
  transpose,
} from "@metrigrad/graph";
import { observedParts } from "@metrigrad/metric";
import { GraphError } from "@metrigrad/tensor";
import type { Curvature } from "./curvature.ts";

/**
 * The Gauss–Newton matrix C = Σ_s w_s J_s'F(o_s)J_s / Σ_s w_s, which is the Fisher information of the whole model.
 *
 * J is the derivative of the model's output o, F is the Fisher information of the law at o, and w_s is the weight of
 * a sample. The source is Martens and Grosse (2015, section 2). A product takes about two forward passes per
 * direction.
 *
 * @category Optimizers: natural gradients
 */
export const gaussNewtonCurvature: Curvature = Object.freeze({
  name: "gaussNewton",
  of: (where, _, { observed, applications }) => {
    if (observed.length === 0) throw unknownOutput(where);
    const parts = observedParts(where, applications, observed).map(({ part, share }) => {
      const { law, natural, weights } = part;
      const root = transpose(law.fisherRoot(natural));
      const own = weights === null ? root : mul(root, reshape(sqrt(weights), [-1, 1, 1]));
      return { natural, root: own, share, weights, centred: part.centred ?? false };
    });
    return (directions) => {
      const wrt = directions.map(([variable]) => variable as Node);
      const tangents = directions.map(([, value]) => value);
      const moved = jvp(
        parts.map(({ natural }) => natural),
        wrt,
        tangents,
      );
      const scaled = moved.map((one, k) => {
        const { root, share, weights, centred } = parts[k] as (typeof parts)[0];
        const change = centred ? sub(one, meanOf(one, weights)) : one;
        return mul(squeeze(matmul(root, expandDims(change, 2)), 2), Math.sqrt(share));
      });
      return { along: scaled, image: scaled };
    };
  },
} satisfies Curvature);

/** Returns the mean over the samples of values [n, m], weighted by `weights` [n] if there are any. */
export function meanOf(values: Node, weights: Node | null): Node {
  if (weights === null) return mean(values, { axis: 0, keepDims: true });
  return div(sum(mul(values, expandDims(weights, 1)), { axis: 0, keepDims: true }), sum(weights));
}

function unknownOutput(where: string): GraphError {
  return new GraphError({
    where,
    must: "the Gauss–Newton matrix needs what is observed of the model, and its law",
    got: "a loss without a law",
    todo: "train by a likelihood, name the law in the training step (observe), or pass { curvature: metricCurvature }",
  });
}
