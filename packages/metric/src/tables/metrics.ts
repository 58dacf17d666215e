import type { Metric } from "../core/defMetric.ts";
import { type MetricTable, metricTable } from "../core/table.ts";
import { diagonalMetrics } from "./diagonal.ts";
import { ekfacMetrics } from "./ekfac.ts";
import { kfacMetrics } from "./kfac.ts";
import { quasiDiagonalMetrics } from "./quasiDiagonal.ts";

/** Makes tables of metrics. */
export interface Metrics {
  /** A table of rows. Throws MetricError where two describe the same. */
  (...rows: readonly Metric[]): MetricTable;
  /** `kfacMetrics`: E[x̃x̃'] ⊗ E[δδ'] for dense layers. */
  readonly kfac: typeof kfacMetrics;
  /** `ekfacMetrics`: its eigenvectors with the layer's own diagonal. */
  readonly ekfac: typeof ekfacMetrics;
  /** `diagonalMetrics`: the diagonal only. */
  readonly diagonal: typeof diagonalMetrics;
  /** `quasiDiagonalMetrics`: the diagonal and the rows of the biases. */
  readonly quasiDiagonal: typeof quasiDiagonalMetrics;
}

/**
 * A table of metrics: `metrics(a, b)`. Approximations of the whole model's Fisher information by layer are
 * tables like others: `metrics.kfac()`.
 */
export const metrics: Metrics = Object.freeze(
  Object.assign((...rows: readonly Metric[]) => metricTable("metrics", ...rows), {
    kfac: kfacMetrics,
    ekfac: ekfacMetrics,
    diagonal: diagonalMetrics,
    quasiDiagonal: quasiDiagonalMetrics,
  }),
);
