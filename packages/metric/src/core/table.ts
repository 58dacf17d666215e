import type { Application } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import { type Described, describedName, type Metric, plain } from "./defMetric.ts";

/** Metrics by what they describe; a value, never changed. */
export interface MetricTable {
  readonly rows: readonly Metric[];
  /** What has no row: an error that names it, or the plain gradient. */
  readonly others: "error" | "plain";
  /** The table with more rows. Throws MetricError for a row that is there already. */
  with(...rows: readonly Metric[]): MetricTable;
  /** The table with rows added, or put in the place of those that describe the same. */
  replacing(...rows: readonly Metric[]): MetricTable;
  /** The table by which modules without a row, and parameters that no block covers, take the plain gradient. */
  orPlain(): MetricTable;
  /** The row for an application: by instance, then by definition. Throws MetricError. */
  find(application: Application): Metric;
}

/** A table of metrics. Throws MetricError where two rows describe the same. */
export function metricTable(...rows: readonly Metric[]): MetricTable {
  return tableOf(rows, "error");
}

function tableOf(rows: readonly Metric[], others: MetricTable["others"]): MetricTable {
  const byKey = new Map<unknown, Metric>();
  for (const row of rows) {
    checkRow(row);
    if (byKey.has(row.of)) throw doubled(row);
    byKey.set(row.of, row);
  }
  return Object.freeze({
    rows: Object.freeze([...rows]),
    others,
    with: (...more: readonly Metric[]) => tableOf([...rows, ...more], others),
    replacing: (...more: readonly Metric[]) => {
      const replaced = new Set<unknown>(more.map((row) => row.of));
      return tableOf([...rows.filter((row) => !replaced.has(row.of)), ...more], others);
    },
    orPlain: () => tableOf(rows, "plain"),
    find: (application: Application) => {
      const { module, definition } = application;
      const found = byKey.get(module) ?? byKey.get(definition);
      if (found !== undefined) return found;
      if (others === "plain") return plain(definition as Described);
      throw missing(application, rows);
    },
  });
}

/** Throws MetricError for what is no row. */
function checkRow(row: Metric): void {
  if (typeof row?.block === "function") return;
  throw new MetricError({
    where: "metrics",
    must: "rows must be metrics",
    got: typeof row === "function" ? "a function" : String(row),
    todo: "pass what defMetric(…), autoMetric(…) or denseMetric() gives",
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
    todo: `add one: table.with(defMetric(${name}, { block })), or plain(${name}) for its plain gradient, or use table.orPlain()`,
  });
}
