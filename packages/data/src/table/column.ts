import { DataError } from "@metrigrad/tensor";

/**
 * The form of a column among the inputs: a number among the features, a block of 0 and 1 among them, or indices of
 * its own.
 *
 * @category Data
 */
export type ColumnForm = "value" | "onehot" | "index";

/**
 * How one column of a table is read. {@link number}, {@link category} and {@link boolean} make one.
 *
 * @category Data
 */
export interface Column<Form extends ColumnForm = ColumnForm> {
  /** The form of the column among the inputs. */
  readonly form: Form;
  /** Learns what the column needs from the rows to train on. */
  readonly learn: (cells: Cells) => LearnedColumn;
}

/**
 * The values of one column, with the names for messages.
 *
 * @category Data
 */
export interface Cells {
  /** The function that reads the table, for messages. */
  readonly where: string;
  /** The name of the column. */
  readonly column: string;
  /** The value of each row. */
  readonly values: readonly unknown[];
}

/**
 * A column with what it learned.
 *
 * @category Data
 */
export interface LearnedColumn {
  /** The names of the features that it becomes. */
  readonly names: readonly string[];
  /**
   * Returns the numbers of each row, row-major [rows, names.length]. Throws DataError for a value that it cannot
   * read.
   */
  readonly features: (cells: Cells) => Float32Array;
  /** The categories, in the order of their indices; absent for a column of numbers. */
  readonly categories?: readonly string[];
  /** Returns the index of each row's category, [rows]; absent for a column of numbers. */
  readonly indices?: (cells: Cells) => Int32Array;
  /** The mean that is subtracted, and the deviation that is divided by; absent if numbers stay as they are. */
  readonly statistics?: { readonly mean: number; readonly deviation: number };
}

/** Returns whether a cell holds nothing: undefined, null, NaN or an empty text. */
export function isMissing(value: unknown): boolean {
  if (value === undefined || value === null || Number.isNaN(value)) return true;
  return typeof value === "string" && value.trim() === "";
}

/** Returns the error for a cell that cannot be read. */
export function refusedCell(
  { where, column }: Cells,
  row: number,
  must: string,
  value: unknown,
  todo: string,
): DataError {
  const whole = typeof value === "object" && value !== null ? "an object" : String(value);
  const text = typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : whole;
  const got = `${text} in row ${row}`;
  return new DataError({ where: `${where}, ${column}`, must, got, todo });
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** Returns the number that a text holds in decimal notation; undefined for other texts. */
export function numberOf(text: string): number | undefined {
  const trimmed = text.trim();
  return decimal.test(trimmed) ? Number(trimmed) : undefined;
}
