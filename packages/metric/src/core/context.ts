import {
  broadcastTo,
  div,
  expandDims,
  mean,
  meanOverRanks,
  mul,
  type Node,
  type Ranks,
  reshape,
  rowsPerSample,
  transpose,
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
import { MetricError, sizeOf } from "@metrigrad/tensor";
import { checkNotCentred } from "./centred.ts";
import type { Metric, MetricContext } from "./defMetric.ts";

/** Returns what a row of a table gets of one application. */
export function contextOf(application: Application): MetricContext {
  const { options, trained, reference, preActivation, response, uses, samples, routing, applyTo } =
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
    rowWeights: meanOne(application.rowWeights, application.ranks),
    routing,
    application,
    applyTo,
  };
}

/** Scales weights to mean 1, so that a weighted mean is a mean. */
export function meanOne(weights: Node | null, ranks: Ranks): Node | null {
  return weights === null ? null : div(weights, meanOverRanks(mean(weights), ranks));
}

/**
 * Returns the responses that a row of a table is about, which are independent of each other.
 *
 * They are the row's own, else the module's response under the known law. Weights of the samples count in all of
 * them.
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

/**
 * Lets the rows of parts count by the weights of their samples too, and by their weights in a mixture.
 *
 * Throws MetricError for parts that must be centred.
 */
export function weighted(
  parts: readonly ResponsePart[],
  context: WeightContext,
): readonly ResponsePart[] {
  for (const part of parts) checkNotCentred(part);
  if (context.rowWeights === null && context.routing === null) return parts;
  return parts.map((part) => {
    return { ...part, weights: product(part.weights, weightsOfRows(context, part.natural)) };
  });
}

/** What the weights of rows follow from. */
export type WeightContext = Pick<
  MetricContext,
  "application" | "samples" | "rowWeights" | "routing"
>;

/** Multiplies weights. Null stands for weights that are all 1. */
export function product(a: Node | null, b: Node | null): Node | null {
  return a === null || b === null ? (a ?? b) : mul(a, b);
}

/**
 * Spreads weights of samples [n] over rows [n·T], where row r belongs to sample ⌊r/inner⌋ mod n.
 *
 * By default the rows of a sample lie together. Null stays null. Throws MetricError for rows that belong to no
 * sample.
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

/**
 * Returns the weights of the rows of a value in an application, wherever the samples lie in it.
 *
 * They are the weights of the samples times the weights in a mixture.
 */
export function weightsOfRows(context: WeightContext, value: Node): Node | null {
  const { application, samples, rowWeights } = context;
  const rows = value.shape[0] as number;
  const alike = rowWeights === null || rows === samples;
  const inner = alike ? 1 : innerRows(application, value, samples);
  const own = alike ? rowWeights : perRow(rowWeights, samples, rows, inner);
  return product(own, routingOfRows(context, value));
}

/**
 * Returns the weights ν [n, …] of a mixture for the rows of a value; null if the value is in no mixture.
 *
 * Throws MetricError for rows that do not belong to the rows of the mixture.
 */
function routingOfRows({ application, samples, routing }: WeightContext, value: Node): Node | null {
  if (routing === null) return null;
  const [count, rows] = [sizeOf(routing.shape), value.shape[0] as number];
  const times = rows / count;
  const inner = innerRows(application, value, samples);
  if (Number.isInteger(times) && inner === rows / samples) {
    const spread = broadcastTo(reshape(routing, [count, 1]), [count, times]);
    return reshape(spread, [rows]);
  }
  // The positions come before the samples.
  if (times === 1 && inner === 1)
    return reshape(transpose(reshape(routing, [samples, -1])), [rows]);
  throw new MetricError({
    where: `metric of ${application.path}`,
    must: `inside of a mixture there must be a row for each of its ${count} rows, or as many for each`,
    got: `${rows} rows`,
    todo: "give the expert rows, and take what goes over several of them out of it",
  });
}

/**
 * Returns which of the rows [n·T, …] belong to which sample, as `perRow` takes it. If it is not known, the rows of a
 * sample lie together.
 */
export function innerRows({ inputs }: Application, value: Node, samples: number): number {
  const together = (value.shape[0] as number) / samples;
  if (together === 1 || samples < 2) return together;
  return rowsPerSample(value, nodesOf(inputs), samples) ?? together;
}
