import type { Variable } from "@metrigrad/graph";
import type { Application, ResponsePart, Use } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { type Described, describedName, type Metric, plain } from "./defMetric.ts";
import type { Through } from "./through.ts";
import { kindOf } from "./useKinds.ts";

/** A block over parameters of a model that an approximation or a partition makes, in the place of rows. */
export interface Assigned {
  readonly params: readonly Variable[];
  /** Where it comes from, for `explain`. */
  readonly source: string;
  readonly block: () => Block;
  readonly responses: () => readonly ResponsePart[];
  /** What its rows take; nothing worth telling by default. */
  readonly rows?: RowsWork;
  /** Values through which the loss reaches the parameters, as the rows of the block see them; null: it is not known. */
  readonly through?: Through | null;
}

/** What the rows of a block take, for advice where they take too much. */
export interface RowsWork {
  /** Multiply-adds of making them and the matrices of them, which are among those of the block. */
  readonly work: number;
  /** What has fewer: "draws of the responses, metrics.kfac({ samples: 1 })"; null: nothing. */
  readonly fewer: string | null;
}

/** Blocks for the model that was applied. */
export type Choose = (
  applications: readonly Application[],
  table: MetricTable,
) => readonly Assigned[];

/** Metrics by what they describe; a value, never changed. */
export interface MetricTable {
  /** For records: "linear", "kfac". */
  readonly name: string;
  readonly rows: readonly Metric[];
  /** What has no row: an error that names it, or the plain gradient. */
  readonly others: "error" | "plain";
  /** What makes blocks in the place of rows, the last one first. */
  readonly chosen: readonly Choose[];
  /** What is done with every block of a row. */
  readonly change: ((block: Block) => Block) | null;
  /** The table with more rows. Throws MetricError for a row that is there already. */
  with(...rows: readonly Metric[]): MetricTable;
  /** The table with rows added, or put in the place of those that describe the same. */
  replacing(...rows: readonly Metric[]): MetricTable;
  /** The table by which modules without a row, and parameters that no block covers, take the plain gradient. */
  orPlain(): MetricTable;
  /** The table under a name, with blocks that depend on the model in the place of its rows. */
  choosing(name: string, choose: Choose): MetricTable;
  /** The table under a name, with every block of a row changed. */
  changing(name: string, change: (block: Block) => Block): MetricTable;
  /** The row of a module: by instance, then by definition; null where there is none. */
  rowOf(application: Pick<Application, "module" | "definition">): Metric | null;
  /** The row of a use by its kind; the plain gradient where the table says so. Throws MetricError. */
  rowOfUse(application: Application, use: Use): Metric;
}

type Parts = Pick<MetricTable, "name" | "rows" | "others" | "chosen" | "change">;

/** A table of metrics. Throws MetricError where two rows describe the same. */
export function metricTable(name: string, ...rows: readonly Metric[]): MetricTable {
  return tableOf({ name, rows, others: "error", chosen: [], change: null });
}

function tableOf(parts: Parts): MetricTable {
  const { rows, others, chosen, change } = parts;
  const byKey = new Map<unknown, Metric>();
  for (const row of rows) {
    checkRow(row);
    if (byKey.has(row.of)) throw doubled(row);
    byKey.set(row.of, row);
  }
  const table: MetricTable = Object.freeze({
    ...parts,
    rows: Object.freeze([...rows]),
    with: (...more: readonly Metric[]) => tableOf({ ...parts, rows: [...rows, ...more] }),
    replacing: (...more: readonly Metric[]) => {
      const replaced = new Set<unknown>(more.map((row) => row.of));
      return tableOf({ ...parts, rows: [...rows.filter((row) => !replaced.has(row.of)), ...more] });
    },
    orPlain: () => tableOf({ ...parts, others: "plain" }),
    choosing: (name: string, choose: Choose) =>
      tableOf({ ...parts, name, chosen: [choose, ...chosen] }),
    changing: (name: string, next: (block: Block) => Block) =>
      tableOf({ ...parts, name, change: change === null ? next : (block) => next(change(block)) }),
    rowOf: ({ module, definition }: Pick<Application, "module" | "definition">) =>
      byKey.get(module) ?? byKey.get(definition) ?? null,
    rowOfUse: (application: Application, use: Use) => {
      const kind = kindOf(use);
      const found = kind === null ? undefined : byKey.get(kind);
      if (found !== undefined) return found;
      if (others === "plain") return plain(application.definition as Described);
      throw missing(application, use, rows);
    },
  });
  return table;
}

/** Throws MetricError for what is no table. */
export function checkTable(where: string, table: MetricTable): void {
  if (typeof table?.rowOf === "function") return;
  throw new MetricError({
    where,
    must: "it must be a table of metrics",
    got: typeof table === "function" ? `the function ${(table as () => void).name}` : String(table),
    todo: "pass standardMetrics, metrics(…), or call what makes one: metrics.kfac()",
  });
}

/** Throws MetricError for what is no row. */
function checkRow(row: Metric): void {
  if (typeof row?.block === "function") return;
  throw new MetricError({
    where: "metrics",
    must: "rows must be metrics",
    got: typeof row === "function" ? "a function" : String(row),
    todo: "pass what defMetric(…), autoMetric(…) or linearRows() gives",
  });
}

function doubled(row: Metric): MetricError {
  return new MetricError({
    where: "metrics",
    must: "a table may have one row for each kind of module or use",
    got: `two for ${describedName(row.of)}`,
    todo: "leave one out, or use table.replacing(row)",
  });
}

function missing(application: Application, use: Use, rows: readonly Metric[]): MetricError {
  const known = rows.map((row) => describedName(row.of)).join(", ") || "none";
  const { name } = application.definition.spec;
  const path = application.path === "" ? name : application.path;
  const names = use.parameters.map((one) => application.pathOf(one)).join(", ");
  const neither = "neither as X̃W, nor as scale, nor as lookup";
  const free = use.looped
    ? `acts in a loop: several times in one turn, or ${neither}`
    : `acts ${neither}`;
  const how = use.kind === "free" ? free : `acts as ${use.kind}`;
  return new MetricError({
    where: `metric of ${path}`,
    must: `the table must have a row for ${name} or for how ${names} ${how} (it has: ${known})`,
    got: "none",
    todo: `add one: table.with(defMetric(${name}, { block })), autoMetric(${name}), or plain(${name}) for its plain gradient, or use table.orPlain()`,
  });
}
