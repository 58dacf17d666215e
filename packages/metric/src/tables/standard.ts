import { batchNorm } from "@metrigrad/nn";
import { plain } from "../core/defMetric.ts";
import { type MetricTable, metricTable } from "../core/table.ts";
import { denseMetric, linearRows } from "./dense.ts";

/**
 * Every layer with its own row: linear layers share one matrix, non-linear ones have one per unit.
 * Scale and offset of batch normalisation take the plain gradient, as in the paper.
 */
export const standardMetrics: MetricTable = metricTable(denseMetric(), plain(batchNorm));

/** Every dense layer by the linear layer's row: one matrix E[x̃x̃'] per layer. */
export const linearMetrics: MetricTable = metricTable(linearRows(), plain(batchNorm));
