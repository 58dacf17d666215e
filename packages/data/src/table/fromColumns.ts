import { checkNames, DataError, type Tensor, tensor } from "@metrigrad/tensor";
import type { Cells, Column, LearnedColumn } from "./column.ts";
import type {
  Table,
  TableColumns,
  TableInputs,
  TableRoles,
  TableRows,
  TableTargets,
} from "./tableTypes.ts";

/** A column with its name and what it learned. */
interface Known {
  readonly name: string;
  readonly column: Column;
  readonly learned: LearnedColumn;
}

const where = "fromColumns";

/**
 * Reads rows of a table as tensors.
 *
 * Means, deviations and categories are learned from these rows. Read other rows, such as those to test on, by the
 * table's `transform`.
 *
 * {@includeCode ../../../../examples/api/data/fromColumns.ts#example}
 *
 * @param columns - How each column is read, by name. Other columns of the rows are left out.
 * @param rows - Records by column, such as those of {@link readCsv}.
 * @param roles - The columns that are targets or weights, which are not inputs.
 * @returns The table: inputs f32 [rows, features], targets, weights, and what was learned. Features are in the order
 *   of the columns. With columns `category({ as: "index" })` the inputs are a record of these, i32 [rows], and of the
 *   matrix as `features`.
 * @throws {@link DataError} if a cell cannot be read, if no row has a column, or if `columns` and `roles` do not fit.
 *   The error names the column and the row, counted from 0.
 * @category Data
 */
export function fromColumns<
  const C extends TableColumns,
  const T extends (keyof C & string) | readonly (keyof C & string)[] = never,
  const W extends keyof C & string = never,
>(
  columns: C,
  rows: TableRows,
  roles: { readonly targets?: T; readonly weights?: W } = {},
): Table<
  TableInputs<C, (T extends readonly (infer K)[] ? K : T) | W>,
  [T] extends [never] ? never : TableTargets<C, T>
> {
  checkNames(where, roles, ["targets", "weights"], DataError);
  checkColumns(columns, roles);
  checkRows(rows);
  const known = Object.entries(columns).map(([name, column]) => ({
    name,
    column,
    learned: column.learn(cellsOf(name, rows)),
  }));
  const lists = dealOut(known, roles);
  const read = (more: TableRows) => {
    checkRows(more);
    return {
      inputs: readInputs(lists.inputs, more),
      ...(roles.targets === undefined ? {} : { targets: readTargets(lists, more) }),
      ...(lists.weights === undefined ? {} : { weights: readWeights(lists.weights, more) }),
    };
  };
  const table = {
    ...read(rows),
    names: matrixOf(lists.inputs).flatMap(({ learned }) => learned.names),
    categories: pick(known, ({ categories }) => categories),
    statistics: pick(known, ({ statistics }) => statistics),
    ...classesOf(lists),
    transform: read,
    transformInputs: (more: TableRows) => {
      checkRows(more);
      return readInputs(lists.inputs, more);
    },
  };
  return Object.freeze(table) as unknown as ReturnType<typeof fromColumns<C, T, W>>;
}

/** The columns by their roles. */
interface Lists {
  readonly inputs: readonly Known[];
  readonly targets: readonly Known[];
  /** Whether the targets are one column, given by its name alone. */
  readonly lone: boolean;
  readonly weights: Known | undefined;
}

function dealOut(known: readonly Known[], { targets, weights }: TableRoles<unknown>): Lists {
  const names = targetNames(targets);
  return {
    inputs: known.filter(({ name }) => !names.includes(name) && name !== weights),
    targets: names.map((name) => known.find((one) => one.name === name) as Known),
    lone: typeof targets === "string",
    weights: known.find(({ name }) => name === weights),
  };
}

function targetNames(targets: unknown): readonly string[] {
  if (targets === undefined) return [];
  return Array.isArray(targets) ? targets : [targets as string];
}

function cellsOf(column: string, rows: TableRows): Cells {
  const values = rows.map((row) => row[column]);
  if (rows.length === 0 || rows.some((row) => Object.hasOwn(row, column))) {
    return { where, column, values };
  }
  throw new DataError({
    where,
    must: `rows must have the column ${column}`,
    got: Object.keys(rows[0] ?? {}).join(", ") || "none",
    todo: "correct the name of the column",
  });
}

const matrixOf = (columns: readonly Known[]) =>
  columns.filter(({ column }) => column.form !== "index");

function readInputs(columns: readonly Known[], rows: TableRows): Tensor | Record<string, Tensor> {
  const matrix = matrixOf(columns);
  const indices = columns.filter(({ column }) => column.form === "index");
  const features = matrix.length > 0 || indices.length === 0 ? joined(matrix, rows) : undefined;
  if (indices.length === 0) return features as Tensor;
  return {
    ...(features === undefined ? {} : { features }),
    ...Object.fromEntries(indices.map((one) => [one.name, indicesOf(one, rows)])),
  };
}

function readTargets({ targets, lone }: Lists, rows: TableRows): Tensor | Record<string, Tensor> {
  const leaf = (one: Known) =>
    one.learned.indices === undefined ? joined([one], rows) : indicesOf(one, rows);
  if (lone) return leaf(targets[0] as Known);
  if (targets.every(({ learned }) => learned.indices === undefined)) return joined(targets, rows);
  return Object.fromEntries(targets.map((one) => [one.name, leaf(one)]));
}

function readWeights({ name, learned }: Known, rows: TableRows): Tensor {
  return tensor(learned.features(cellsOf(name, rows)));
}

function indicesOf({ name, learned }: Known, rows: TableRows): Tensor {
  return tensor(learned.indices?.(cellsOf(name, rows)) as Int32Array);
}

/** Returns the features of columns side by side, f32 [rows, features]. */
function joined(columns: readonly Known[], rows: TableRows): Tensor {
  const width = columns.reduce((sum, { learned }) => sum + learned.names.length, 0);
  const all = new Float32Array(rows.length * width);
  let from = 0;
  for (const { name, learned } of columns) {
    const own = learned.features(cellsOf(name, rows));
    const count = learned.names.length;
    for (let row = 0; row < rows.length; row++) {
      all.set(own.subarray(row * count, (row + 1) * count), row * width + from);
    }
    from += count;
  }
  return tensor(all, { shape: [rows.length, width] });
}

function pick<T>(
  known: readonly Known[],
  part: (learned: LearnedColumn) => T | undefined,
): Record<string, T> {
  return Object.fromEntries(
    known.flatMap(({ name, learned }) => {
      const value = part(learned);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function classesOf({ targets, lone }: Lists): { classes?: number | Record<string, number> } {
  const counts = Object.entries(pick(targets, ({ categories }) => categories?.length));
  if (counts.length === 0) return {};
  return { classes: lone ? (counts[0]?.[1] as number) : Object.fromEntries(counts) };
}

function checkRows(rows: unknown): void {
  const isRow = (row: unknown) => typeof row === "object" && row !== null && !Array.isArray(row);
  const at = Array.isArray(rows) ? rows.findIndex((row) => !isRow(row)) : -1;
  if (Array.isArray(rows) && at < 0) return;
  throw new DataError({
    where,
    must: "rows must be a list of records by column",
    got: Array.isArray(rows) ? `a ${typeof rows[at]} in row ${at}` : `a ${typeof rows}`,
    todo: "pass for example [{ age: 30, city: 'Oslo' }]",
  });
}

function checkColumns(columns: unknown, { targets, weights }: TableRoles<unknown>): void {
  const refused = (must: string, got: string, todo: string) =>
    new DataError({ where, must, got, todo });
  const known = typeof columns === "object" && columns !== null ? Object.entries(columns) : [];
  const wrong = known.find(([, column]) => typeof (column as Column | null)?.learn !== "function");
  if (known.length === 0 || wrong !== undefined) {
    const got = wrong === undefined ? "none" : `a ${typeof wrong[1]} for ${wrong[0]}`;
    throw refused(
      "columns must be a record of columns",
      got,
      "use number(), category() or boolean()",
    );
  }
  const names = known.map(([name]) => name);
  const roles = [...targetNames(targets), ...(weights === undefined ? [] : [weights])];
  const lost = roles.find((name) => !names.includes(name));
  if (lost !== undefined) {
    const must = `targets and weights must be among the columns ${names.join(", ")}`;
    throw refused(must, JSON.stringify(lost), "say how the column is read, too");
  }
  if (new Set(roles).size < roles.length || (Array.isArray(targets) && targets.length === 0)) {
    const must = "targets and weights must be different columns, one or more";
    throw refused(must, roles.join(", ") || "none", "name each once");
  }
  const index = (name: string) => (columns as TableColumns)[name]?.form === "index";
  if (weights !== undefined && (columns as TableColumns)[weights]?.form !== "value") {
    throw refused("the column of weights must be numbers", "categories", "use number()");
  }
  const clash = names.find((name) => name === "features" && index(name) && !roles.includes(name));
  if (clash !== undefined) {
    const must =
      "a column of indices must not be called features, which is the matrix of the others";
    throw refused(must, clash, "rename the column");
  }
}
