import {
  broadcastTo,
  expandDims,
  grad,
  mul,
  type Node,
  reshape,
  stopGradient,
  sum,
} from "@metrigrad/graph";
import type { Application } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { ResponseModel } from "../core/defMetric.ts";
import { factorsOf, fisherColumns, pulledBack } from "../core/propagate.ts";
import type { MetricTable } from "../core/table.ts";
import { modelResponses } from "../core/uses.ts";
import type { LayerUse } from "./layers.ts";

/** How the expectation over the model's own responses is taken. */
export interface ResponseOptions {
  /**
   * Draws of the response per row; 1 is the customary estimate. By default none are drawn: the law's
   * Fisher information gives the expectation exactly, at one pullback for each of its columns.
   */
  readonly samples?: number;
}

/** Factors F [n, m, r] of every layer with FF' = E[δδ'], δ = ∂ ln p(y)/∂t over the model's own y. */
export function outputFactors(
  applications: readonly Application[],
  layers: readonly LayerUse[],
  base: MetricTable,
  { samples }: ResponseOptions,
): { readonly responses: readonly ResponseModel[]; readonly factors: ReadonlyMap<LayerUse, Node> } {
  if (samples !== undefined && !(Number.isInteger(samples) && samples > 0))
    throw countless(samples);
  const responses = modelResponses(applications, base);
  const values = layers.map(({ t }) => t);
  const all = responses.map((model, index) => {
    const columns =
      samples === undefined
        ? fisherColumns(model)
        : scoreColumns(model, samples, `response${index}`);
    return pulledBack(model.natural, columns, values);
  });
  const factors = layers.map((layer, at) => {
    return [layer, factorsOf(all.map((parts) => parts[at] as Node))] as const;
  });
  return { responses, factors: new Map(factors) };
}

/** Scores ∂ ln p(y)/∂h of drawn y over √count: [count, n, m]. */
function scoreColumns({ law, natural }: ResponseModel, count: number, key: string): Node {
  const [n = 0, m = 0] = natural.shape;
  const shape = [count, n, m];
  const h = reshape(broadcastTo(expandDims(natural, 0), shape), [count * n, m]);
  const y = stopGradient(law.sample(h, `metric/${key}`));
  return mul(reshape(grad(sum(law.logProb(y, h)), h), shape), count ** -0.5);
}

function countless(samples: number): MetricError {
  return new MetricError({
    where: "metrics by the model's responses",
    must: "samples must be a positive integer",
    got: String(samples),
    todo: "pass { samples: 1 }, or leave it out for the exact expectation",
  });
}
