import type { Application } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import { describedName, type Metric } from "./defMetric.ts";

/** Metrics by what they describe; a value, never changed. */
export interface MetricTable {
  readonly rows: readonly Metric[];
  /** The table with more rows. Throws MetricError for a row that is there already. */
  with(...rows: readonly Metric[]): MetricTable;
  /** The table with rows added, or put in the place of those that describe the same. */
  replacing(...rows: readonly Metric[]): MetricTable;
  /** The row for an application: by instance, then by definition. Throws MetricError. */
  find(application: Application): Metric;
}

/** A table of metrics. Throws MetricError where two rows describe the same. */
export function metricTable(...rows: readonly Metric[]): MetricTable {
  const byKey = new Map<unknown, Metric>();
  for (const row of rows) {
    if (byKey.has(row.of)) throw doubled(row);
    byKey.set(row.of, row);
  }
  return Object.freeze({
    rows: Object.freeze([...rows]),
    with: (...more: readonly Metric[]) => metricTable(...rows, ...more),
    replacing: (...more: readonly Metric[]) => {
      const replaced = new Set<unknown>(more.map((row) => row.of));
      return metricTable(...rows.filter((row) => !replaced.has(row.of)), ...more);
    },
    find: (application: Application) => {
      const found = byKey.get(application.module) ?? byKey.get(application.definition);
      if (found === undefined) throw missing(application, rows);
      return found;
    },
  });
}

function doubled(row: Metric): MetricError {
  return new MetricError({
    where: "metrics",
    must: "a table may have one row for each kind of module",
    got: `two for ${describedName(row.of)}`,
    todo: "leave one out, or use table.replacing(row)",
  });
}

function missing(application: Application, rows: readonly Metric[]): MetricError {
  const known = rows.map((row) => describedName(row.of)).join(", ") || "none";
  const name = application.module.definition.spec.name;
  return new MetricError({
    where: `metric of ${application.path === "" ? name : application.path}`,
    must: `the table must have a row for ${name} (it has: ${known})`,
    got: "none",
    todo: `add one: metrics.with(defMetric(${name}, { block })), or plain(${name}) for the plain gradient`,
  });
}
