import type { Variable } from "@metrigrad/graph";
import type { Application, ResponsePart, Use } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { type Described, describedName, type Metric, plain } from "./defMetric.ts";
import type { Through } from "./through.ts";
import { kindOf } from "./useKinds.ts";

/**
 * A block over parameters of a model that an approximation or a partition makes in the place of rows.
 *
 * @category Metrics: own metrics
 */
export interface Assigned {
  /** The parameters. */
  readonly params: readonly Variable[];
  /** Where the block comes from, for {@link explain}. */
  readonly source: string;
  /** Makes the block. */
  readonly block: () => Block;
  /** Returns the responses that the block is the Fisher information of. */
  readonly responses: () => readonly ResponsePart[];
  /** The work of making its rows; by default it is not told. */
  readonly rows?: RowsWork;
  /**
   * The values through which the loss reaches the parameters, as the rows of the block see them. Null, the default,
   * if they are not known.
   */
  readonly through?: Through | null;
}

/**
 * The work of making the rows of a block, for advice if that is too much.
 *
 * @category Metrics: own metrics
 */
export interface RowsWork {
  /** Multiply-adds of making the rows and their matrices. They are included in the cost of the block. */
  readonly work: number;
  /**
   * A way to have fewer rows, such as "draws of the responses, metrics.kfac({ samples: 1 })"; null if there is none.
   */
  readonly fewer: string | null;
}

/**
 * Makes blocks for the model that was applied, in the place of rows of the table.
 *
 * @category Metrics: own metrics
 */
export type Choose = (
  applications: readonly Application[],
  table: MetricTable,
) => readonly Assigned[];

/**
 * A table of metrics: which metric each parameter of a model has. A table is a value and never changes.
 *
 * A row is found by the module first, then by its kind, then by the use of the parameter.
 *
 * @category Metrics: tables
 */
export interface MetricTable {
  /** The name, for reports: "linear", "kfac". */
  readonly name: string;
  /** The rows. */
  readonly rows: readonly Metric[];
  /** What happens to a parameter without a row: an error that names it, or the plain gradient. */
  readonly others: "error" | "plain";
  /** Functions that make blocks in the place of rows. The first one in the list, which was added last, comes first. */
  readonly chosen: readonly Choose[];
  /** Changes every block of a row; null if blocks stay as they are. */
  readonly change: ((block: Block) => Block) | null;
  /**
   * Returns the table with more rows. Throws MetricError if the table has a row for the same thing.
   *
   * @param rows - The rows to add.
   * @returns The new table.
   */
  with(...rows: readonly Metric[]): MetricTable;
  /**
   * Returns the table with rows added. They take the place of rows that describe the same thing.
   *
   * @param rows - The rows.
   * @returns The new table.
   */
  replacing(...rows: readonly Metric[]): MetricTable;
  /**
   * Returns the table by which everything without a row takes the plain gradient, instead of an error.
   *
   * @returns The new table.
   */
  orPlain(): MetricTable;
  /**
   * Returns the table under another name, with blocks that depend on the model in the place of its rows.
   *
   * @param name - The name of the new table.
   * @param choose - Makes the blocks.
   * @returns The new table.
   */
  choosing(name: string, choose: Choose): MetricTable;
  /**
   * Returns the table under another name, with every block of a row changed.
   *
   * @param name - The name of the new table.
   * @param change - Changes a block.
   * @returns The new table.
   */
  changing(name: string, change: (block: Block) => Block): MetricTable;
  /**
   * Finds the row of a module, first by the module itself, then by its kind.
   *
   * @param application - An application of the module.
   * @returns The row; null if there is none.
   */
  rowOf(application: Pick<Application, "module" | "definition">): Metric | null;
  /**
   * Finds the row of a use by its kind. Throws {@link MetricError} if there is none, unless the table gives the plain
   * gradient.
   *
   * @param application - The application that has the use.
   * @param use - The use.
   * @returns The row.
   */
  rowOfUse(application: Application, use: Use): Metric;
}

type Parts = Pick<MetricTable, "name" | "rows" | "others" | "chosen" | "change">;

/**
 * Makes a table of metrics with a name.
 *
 * @param name - The name, for reports.
 * @param rows - The rows, such as those of {@link linearRows}, {@link defMetric} and {@link plain}.
 * @returns The table.
 * @throws {@link MetricError} if a value is not a row, and if two rows describe the same thing.
 * @category Metrics: tables
 */
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

/**
 * Checks that a value is a table of metrics.
 *
 * @param where - The name of the calling function, for the error.
 * @param table - The value.
 * @throws {@link MetricError} if it is not a table.
 * @category Metrics: own metrics
 */
export function checkTable(where: string, table: MetricTable): void {
  if (typeof table?.rowOf === "function") return;
  throw new MetricError({
    where,
    must: "it must be a table of metrics",
    got: typeof table === "function" ? `the function ${(table as () => void).name}` : String(table),
    todo: "pass standardMetrics, metrics(…), or call what makes one: metrics.kfac()",
  });
}

/** Throws MetricError unless the value is a row. */
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
