import { checkNames, DataError } from "@metrigrad/tensor";
import {
  type Cells,
  type Column,
  isMissing,
  type LearnedColumn,
  numberOf,
  refusedCell,
} from "./column.ts";

/**
 * Options of {@link category}.
 *
 * @category Data
 */
export interface CategoryOptions {
  /**
   * The form of the column among the inputs: `"onehot"`, the default, or `"index"`.
   *
   * `"onehot"` gives a feature of 0 and 1 per category. `"index"` gives a leaf of i32 indices, for an embedding.
   */
  readonly as?: "onehot" | "index";
  /**
   * The treatment of a missing cell, and of one whose category the table did not learn: an error (the default), or
   * the category "other".
   */
  readonly unknown?: "error" | "other";
  /** The least number of rows of a category; rarer ones belong to "other", if `unknown` is `"other"`. 1 by default. */
  readonly minCount?: number;
}

/** The name of the category for cells that belong to none of the others. */
const other = "other";

/**
 * Makes a column of categories: texts, numbers or booleans.
 *
 * The table learns which categories there are. They are sorted, as numbers if all are numbers. With `unknown:
 * "other"`, "other" is the last category. A one-hot column has a feature for it only if one of the learned rows
 * belongs to it. Otherwise such a row is 0 in every feature.
 *
 * @param options - The form, and what to do with unknown categories.
 * @returns The column, for {@link fromColumns}. As a target, it is class indices in either form.
 * @throws {@link DataError} if an option is unknown or wrong.
 * @category Data
 */
export function category(options?: CategoryOptions & { readonly as?: "onehot" }): Column<"onehot">;
/**
 * Makes a column of categories whose inputs are i32 indices [rows], for an embedding.
 *
 * @param options - The form `as: "index"`, and what to do with unknown categories.
 * @returns The column, for {@link fromColumns}. As a target, it is class indices in either form.
 * @throws {@link DataError} if an option is unknown or wrong.
 * @category Data
 */
export function category(options: CategoryOptions & { readonly as: "index" }): Column<"index">;
export function category(options: CategoryOptions = {}): Column<"onehot" | "index"> {
  checkNames("category", options, ["as", "unknown", "minCount"], DataError);
  const { as = "onehot", unknown = "error", minCount = 1 } = options;
  checkOptions(as, unknown, minCount);
  const learn = (cells: Cells): LearnedColumn => {
    const counts = new Map<string, number>();
    cells.values.forEach((value, row) => {
      const text = readText(cells, value, row, unknown);
      if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
    });
    const frequent = unknown === "other" ? minCount : 1;
    const known = sorted([...counts].flatMap(([text, n]) => (n >= frequent ? [text] : [])));
    if (unknown === "other" && known.includes(other)) known.splice(known.indexOf(other), 1);
    const categories = unknown === "other" ? [...known, other] : known;
    const places = new Map(known.map((text, index) => [text, index]));
    const place = (more: Cells, value: unknown, row: number): number => {
      const text = readText(more, value, row, unknown);
      const index = text === undefined ? undefined : places.get(text);
      if (index !== undefined) return index;
      if (unknown === "other") return known.length;
      const must = `a cell must be one of ${known.slice(0, 10).join(", ")}${known.length > 10 ? ", …" : ""}`;
      const todo = 'correct the cell, or say category({ unknown: "other" })';
      throw refusedCell(more, row, must, value, todo);
    };
    const others = cells.values.some((value, row) => place(cells, value, row) === known.length);
    const shown = others ? categories : known;
    return {
      names: shown.map((text) => `${cells.column}=${text}`),
      categories,
      indices: (more) => Int32Array.from(more.values, (value, row) => place(more, value, row)),
      features: (more) => {
        const bits = new Float32Array(more.values.length * shown.length);
        more.values.forEach((value, row) => {
          const index = place(more, value, row);
          if (index < shown.length) bits[row * shown.length + index] = 1;
        });
        return bits;
      },
    };
  };
  return Object.freeze({ form: as, learn });
}

/** Returns the text of a category; undefined if the cell is missing and that is not an error. */
function readText(cells: Cells, value: unknown, row: number, unknown: string): string | undefined {
  if (isMissing(value)) {
    if (unknown === "other") return undefined;
    const todo = 'fill it in, drop the row, or say category({ unknown: "other" })';
    throw refusedCell(cells, row, "a cell must hold a category", value, todo);
  }
  if (typeof value === "string") return value.trim();
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const todo = "turn it into a text";
  throw refusedCell(cells, row, "a cell must be a text, a number or a boolean", value, todo);
}

/**
 * Returns the categories in the order of numbers if all are numbers, and otherwise in the order of their characters.
 */
function sorted(texts: readonly string[]): string[] {
  const numeric = texts.every((text) => numberOf(text) !== undefined);
  if (numeric) return texts.toSorted((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
  return texts.toSorted();
}

function checkOptions(as: string, unknown: string, minCount: number): void {
  const refused = (must: string, got: unknown) =>
    new DataError({ where: "category", must, got: String(got), todo: "choose one of these" });
  if (as !== "onehot" && as !== "index") throw refused('as must be "onehot" or "index"', as);
  if (unknown !== "error" && unknown !== "other") {
    throw refused('unknown must be "error" or "other"', unknown);
  }
  if (!(Number.isInteger(minCount) && minCount >= 1)) {
    throw refused("minCount must be an integer, 1 or more", minCount);
  }
  if (minCount > 1 && unknown !== "other") {
    throw refused('minCount needs unknown: "other", where rare categories go', minCount);
  }
}
