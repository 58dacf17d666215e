import {
  broadcastTo,
  div,
  expandDims,
  mean,
  mul,
  type Node,
  reshape,
  rowsPerSample,
} from "@metrigrad/graph";
import {
  type Application,
  gaussian,
  type Law,
  nodesOf,
  type ResponsePart,
  type RowLaw,
  type Use,
} from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { Metric, MetricContext } from "./defMetric.ts";

/** What a row of a table gets of one application. */
export function contextOf(application: Application): MetricContext {
  const { options, trained, reference, preActivation, response, uses, samples, applyTo } =
    application;
  const observed = application.observed().find(({ output }) => output === response);
  return {
    options,
    params: trained,
    reference,
    preActivation: preActivation as Node,
    response,
    law: observed?.law ?? application.law,
    uses,
    samples,
    rowWeights: meanOne(application.rowWeights),
    application,
    applyTo,
  };
}

/** Weights with mean 1: a weighted mean is then a mean. */
function meanOne(weights: Node | null): Node | null {
  return weights === null ? null : div(weights, mean(weights));
}

/**
 * The responses that a row of a table is about, independent of one another: its own, else the module's
 * under the law that is known. Weights of the samples count in all of them.
 */
export function responsesOf(
  metric: Pick<Metric, "response">,
  context: MetricContext,
  use: Use | null = null,
): readonly ResponsePart[] {
  const { response } = metric;
  if (typeof response === "function") {
    const given = response(context, use);
    return weighted((Array.isArray(given) ? given : [given]) as ResponsePart[], context);
  }
  const law: Law = response ?? context.law ?? (gaussian() as RowLaw);
  return weighted(law.parts(context.response as never), context);
}

/** Parts whose rows count by the weights of their samples too. */
export function weighted(
  parts: readonly ResponsePart[],
  { samples, rowWeights }: Pick<MetricContext, "samples" | "rowWeights">,
): readonly ResponsePart[] {
  if (rowWeights === null) return parts;
  return parts.map((part) => {
    const own = perRow(rowWeights, samples, part.natural.shape[0] as number) as Node;
    return { ...part, weights: part.weights === null ? own : mul(part.weights, own) };
  });
}

/**
 * Weights of samples [n] for rows [n·T], of which row r belongs to sample ⌊r/inner⌋ mod n: by default those of a sample
 * lie together. Null stays null. Throws MetricError for rows that belong to no sample.
 */
export function perRow(
  weights: Node | null,
  samples: number,
  rows: number,
  inner: number = rows / samples,
): Node | null {
  if (weights === null || rows === samples) return weights;
  if (!Number.isInteger(rows / samples)) {
    throw new MetricError({
      where: "weights of samples",
      must: `a response must have ${samples} rows, or as many for each sample`,
      got: `${rows} rows`,
      todo: "give a response whose rows belong to samples, or leave the weights out",
    });
  }
  const shape = [rows / (samples * inner), samples, inner];
  return reshape(broadcastTo(expandDims(weights, 1), shape), [rows]);
}

/** Weights of the samples for the rows of a value in an application, wherever the samples lie in it. */
export function weightsOfRows(
  {
    application,
    samples,
    rowWeights,
  }: Pick<MetricContext, "application" | "samples" | "rowWeights">,
  value: Node,
): Node | null {
  const rows = value.shape[0] as number;
  if (rowWeights === null || rows === samples) return rowWeights;
  return perRow(rowWeights, samples, rows, innerRows(application, value, samples));
}

/** Which rows [n·T, …] belong to which sample, as `perRow` takes it; where it is not known those of a sample lie together. */
export function innerRows({ inputs }: Application, value: Node, samples: number): number {
  const together = (value.shape[0] as number) / samples;
  if (together === 1 || samples < 2) return together;
  return rowsPerSample(value, nodesOf(inputs), samples) ?? together;
}
