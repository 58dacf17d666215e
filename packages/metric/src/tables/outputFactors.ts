import {
  broadcastTo,
  expandDims,
  grad,
  gradientReach,
  mul,
  type Node,
  reshape,
  slice,
  sqrt,
  stopGradient,
  sum,
} from "@metrigrad/graph";
import type { Application, ResponsePart } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import { checkNotAmong, modelResponses } from "../core/members.ts";
import { exactColumns, factorsOf, pulledBack } from "../core/propagate.ts";
import type { MetricTable } from "../core/table.ts";
import type { Layer } from "./affine.ts";

/**
 * How the expectation over the model's own responses is taken.
 *
 * @category Metrics: tables
 */
export interface ResponseOptions {
  /**
   * The number of draws of the response per row; one is the usual estimate. By default nothing is drawn, and the
   * law's Fisher information gives the expectation exactly.
   *
   * The exact expectation takes one pullback for each column of that information and each position of a sample.
   * {@link explain} counts them in `bytes` and `build`. More than 2²⁷ floats of columns are refused.
   *
   * Draws leave most directions of a wide response without rows, and there steps are divided by λ alone. So one draw
   * needs more damping than the exact expectation. An autoencoder of 16 Bernoulli outputs with momentum 0.9 and
   * λ = 0.01 settles with the exact expectation, but not with one draw. Take `adapt` with `reject: 0`, `klClip`, a
   * larger λ, or more draws.
   */
  readonly samples?: number;
}

/**
 * Returns factors F [rows, m, r] of every layer with FF' = E[δδ'], δ = ∂ ln p(y)/∂t over the model's own y.
 *
 * Throws MetricError if layers are applied to different numbers of samples.
 */
export function outputFactors(
  applications: readonly Application[],
  layers: readonly Layer[],
  base: MetricTable,
  { samples }: ResponseOptions,
): { readonly responses: readonly ResponsePart[]; readonly factors: ReadonlyMap<Layer, Node> } {
  const counts = [...new Set(layers.map((layer) => layer.samples))];
  if (counts.length > 1) {
    throw new MetricError({
      where: "metrics by the model's response",
      must: "all layers must be applied to as many samples",
      got: counts.join(" and "),
      todo: "apply them to one batch, or take a table by the layers' own responses such as linearMetrics",
    });
  }
  // The weights of samples are those of the layers' rows.
  const responses = modelResponses(applications, base, { sampleWeights: false });
  const valueOf = ({ use, copy }: Layer) => copy?.stack ?? use.outputs;
  const values = [...new Set(layers.map(valueOf))];
  const n = applications[0]?.samples ?? 1;
  const all = responses.map((part, index) => {
    const past = gradientReach(part.natural, new Set(values));
    // In a loop, everything that reads the parameters of a use goes through its outputs, else it is no use.
    for (const layer of layers) {
      if (isApart(layer)) checkNotAmong(past, layer.application, layer.use.parameters);
    }
    const columns =
      samples === undefined
        ? exactColumns("metrics by the model's responses", part, n, "draws of them, { samples: 1 }")
        : scoreColumns(part, samples, `response${index}`);
    return pulledBack(part.natural, columns, values);
  });
  const factors = layers.map((layer) => {
    const [rows = 0, m = 0] = layer.t.shape;
    const at = values.indexOf(valueOf(layer));
    const own = all.map((parts) => {
      const whole = parts[at] as Node;
      const { copy } = layer;
      const one = copy === null ? whole : slice(whole, [null, [copy.at, copy.at + 1]]);
      return reshape(one, [one.shape[0] as number, rows, m]);
    });
    return [layer, factorsOf(own)] as const;
  });
  return { responses, factors: new Map(factors) };
}

/** Whether a layer is in no loop and no copy of one. In loops, nodes other than its outputs read its parameters. */
export function isApart({ application: { uses }, use, copy }: Layer): boolean {
  return copy === null && !uses.some((one) => one === use && one.looped);
}

/** Returns the scores ∂ ln p(y)/∂h of drawn y, divided by √count: [count, rows, m]. */
export function scoreColumns(
  { law, natural, weights }: ResponsePart,
  count: number,
  key: string,
): Node {
  const [n = 0, m = 0] = natural.shape;
  const shape = [count, n, m];
  const h = reshape(broadcastTo(expandDims(natural, 0), shape), [count * n, m]);
  const y = stopGradient(law.sample(h, `metric/${key}`));
  const scores = mul(reshape(grad(sum(law.logProb(y, h)), h), shape), count ** -0.5);
  return weights === null ? scores : mul(scores, expandDims(sqrt(weights), 1));
}

/** Throws MetricError unless the number of draws is a positive integer or absent. */
export function checkSamples(samples: number | undefined): void {
  if (samples === undefined || (Number.isInteger(samples) && samples > 0)) return;
  throw new MetricError({
    where: "metrics by the model's responses",
    must: "samples must be a positive integer",
    got: String(samples),
    todo: "pass { samples: 1 }, or leave it out for the exact expectation",
  });
}
