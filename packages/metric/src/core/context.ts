import type { Variable } from "@metrigrad/graph";
import { type Application, gaussian } from "@metrigrad/nn";
import type { Metric, MetricContext, ResponseModel } from "./defMetric.ts";

/** What a row of a table is told of one application. */
export function contextOf(application: Application, metric: Pick<Metric, "law">): MetricContext {
  const { options, reference, preActivation, response, applyTo } = application;
  const params = Object.fromEntries(
    Object.entries(application.params).filter(([, node]) => node.attrs.role === "parameter"),
  ) as Readonly<Record<string, Variable>>;
  const law = application.law ?? metric.law ?? null;
  return { options, params, reference, preActivation, response, law, applyTo };
}

/** The response that a row of a table is about: its own, else the module's under the law. */
export function responseOf(metric: Metric, context: MetricContext): ResponseModel {
  if (metric.responseModel !== null) return metric.responseModel(context);
  return { law: metric.law ?? context.law ?? gaussian(), natural: context.response };
}
