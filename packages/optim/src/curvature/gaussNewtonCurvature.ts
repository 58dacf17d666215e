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
  transpose,
} from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import type { Curvature } from "./curvature.ts";

/**
 * C = Σ_s w_s J_s'F(o_s)J_s / Σ_s w_s, the Gauss–Newton matrix, which is the Fisher information of the whole model:
 * J is the derivative of its output o, F the Fisher information of the law in o (Martens and Grosse
 * 2015, section 2), and w_s the weight of a sample. Takes about two forward passes per direction.
 */
export const gaussNewtonCurvature: Curvature = Object.freeze({
  name: "gaussNewton",
  of: (where, _, { observed, samples, applications }) => {
    if (observed.length === 0) throw unknownOutput(where);
    const parts = observed.flatMap(({ output, law }) => law.parts(output as never));
    const given = applications[0]?.rowWeights ?? null;
    const shares = given === null ? null : div(given, mean(given));
    const roots = parts.map(({ law, natural, weights }) => {
      const root = transpose(law.fisherRoot(natural));
      const own = weights === null ? root : mul(root, reshape(sqrt(weights), [-1, 1, 1]));
      const [rows = 0, ...columns] = own.shape;
      if (shares === null || rows % samples !== 0) return own;
      // Rows of one sample, such as positions, lie together: [samples, positions, r, m].
      const bySample = reshape(own, [samples, rows / samples, ...columns]);
      return reshape(mul(bySample, reshape(sqrt(shares), [samples, 1, 1, 1])), own.shape);
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
        const rows = squeeze(matmul(roots[k] as Node, expandDims(one, 2)), 2);
        return mul(rows, samples ** -0.5);
      });
      return { along: scaled, image: scaled };
    };
  },
} satisfies Curvature);

function unknownOutput(where: string): GraphError {
  return new GraphError({
    where,
    must: "the Gauss–Newton matrix needs what is observed of the model, and its law",
    got: "a loss without a law",
    todo: "train by a likelihood, name the law in the training step (observe), or pass { curvature: metricCurvature }",
  });
}
