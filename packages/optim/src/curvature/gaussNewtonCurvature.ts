import { expandDims, jvp, matmul, mul, type Node, squeeze, transpose } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import type { Curvature } from "./curvature.ts";

/**
 * C = (1/n) Σ_s J_s'F(o_s)J_s, the Gauss–Newton matrix, which is the Fisher information of the whole model:
 * J is the derivative of its output o, F the Fisher information of the law in o (Martens and Grosse
 * 2015, section 2). Takes about two forward passes per direction.
 */
export const gaussNewtonCurvature: Curvature = Object.freeze({
  name: "gaussNewton",
  of: (where, _, { prediction }) => {
    if (prediction === undefined) throw unknownOutput(where);
    const { output, law } = prediction;
    const root = transpose(law.fisherRoot(output));
    return (directions) => {
      const wrt = directions.map(([variable]) => variable as Node);
      const tangents = directions.map(([, value]) => value);
      const [moved] = jvp([output], wrt, tangents) as [Node];
      const rows = squeeze(matmul(root, expandDims(moved, 2)), 2);
      const scaled = mul(rows, (output.shape[0] as number) ** -0.5);
      return { along: [scaled], image: [scaled] };
    };
  },
} satisfies Curvature);

function unknownOutput(where: string): GraphError {
  return new GraphError({
    where,
    must: "the Gauss–Newton matrix needs the model's output and law",
    got: "a context without a prediction",
    todo: "pass { prediction: { output, law } } in the context, or { curvature: metricCurvature }",
  });
}
