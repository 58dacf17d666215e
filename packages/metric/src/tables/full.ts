import { type MetricTable, metricTable } from "../core/table.ts";
import { batchNormMetric } from "./batchNorm.ts";
import { likelihoodMetric } from "./likelihood.ts";

/**
 * Every module by its own row, nothing by the plain gradient: dense layers by their activation, the last
 * one by the likelihood (the soft-max layer's block over all classes for `categorical`), scale and
 * offset of batch normalisation by theirs.
 */
export const fullMetrics: MetricTable = metricTable(likelihoodMetric(), batchNormMetric());
