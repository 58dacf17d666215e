import type { Metric } from "../core/defMetric.ts";
import { type MetricTable, metricTable } from "../core/table.ts";
import { diagonalMetrics } from "./diagonal.ts";
import { ekfacMetrics } from "./ekfac.ts";
import { kfacMetrics } from "./kfac.ts";
import { quasiDiagonalMetrics } from "./quasiDiagonal.ts";

/**
 * Makes tables of metrics, of given rows or as an approximation of the whole model's Fisher information.
 *
 * @category Metrics: tables
 */
export interface Metrics {
  /**
   * Makes a table of rows.
   *
   * @param rows - The rows, such as those of {@link linearRows}, {@link defMetric} and {@link plain}.
   * @returns The table, with the name "metrics".
   * @throws {@link MetricError} if a value is not a row, and if two rows describe the same thing.
   */
  (...rows: readonly Metric[]): MetricTable;
  /** {@link kfacMetrics}: E[x̃x̃'] ⊗ E[δδ'] for each weight. */
  readonly kfac: typeof kfacMetrics;
  /** {@link ekfacMetrics}: the eigenvectors of K-FAC with the weight's own diagonal. */
  readonly ekfac: typeof ekfacMetrics;
  /** {@link diagonalMetrics}: the diagonal only. */
  readonly diagonal: typeof diagonalMetrics;
  /** {@link quasiDiagonalMetrics}: the diagonal and the rows of the biases. */
  readonly quasiDiagonal: typeof quasiDiagonalMetrics;
}

/**
 * Makes a table of metrics: `metrics(a, b)`. Its members make tables of approximations by layer, such as
 * `metrics.kfac()`.
 *
 * {@includeCode ../../../../examples/api/metric/metrics.ts#example}
 *
 * @category Metrics: tables
 */
export const metrics: Metrics = Object.freeze(
  Object.assign((...rows: readonly Metric[]) => metricTable("metrics", ...rows), {
    kfac: kfacMetrics,
    ekfac: ekfacMetrics,
    diagonal: diagonalMetrics,
    quasiDiagonal: quasiDiagonalMetrics,
  }),
);
