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
 * Options of {@link number}.
 *
 * @category Data
 */
export interface NumberOptions {
  /**
   * Whether to subtract the mean and divide by the standard deviation of the rows that the table learns from; false
   * by default.
   *
   * The deviation is that of the population, as in scikit-learn. A constant column becomes 0.
   */
  readonly standardise?: boolean;
  /** The value for a missing cell: an error (the default), the mean of the others, or a number. */
  readonly missing?: "error" | "mean" | number;
}

/**
 * Makes a column of numbers, or of texts with a number in decimal notation.
 *
 * A cell is missing if it is undefined, null, NaN or an empty text.
 *
 * @param options - Whether to standardise, and what a missing number becomes.
 * @returns The column, for {@link fromColumns}, which throws DataError for a cell that holds no finite number.
 * @throws {@link DataError} if an option is unknown or wrong.
 * @category Data
 */
export function number(options: NumberOptions = {}): Column<"value"> {
  checkNames("number", options, ["standardise", "missing"], DataError);
  const { standardise = false, missing = "error" } = options;
  if (missing !== "error" && missing !== "mean" && !Number.isFinite(missing)) {
    throw new DataError({
      where: "number",
      must: 'missing must be "error", "mean" or a finite number',
      got: String(missing),
      todo: "choose one of these",
    });
  }
  return Object.freeze({
    form: "value" as const,
    learn: (cells: Cells): LearnedColumn => {
      const present = cells.values.flatMap((value, row) =>
        isMissing(value) ? [] : [readNumber(cells, value, row)],
      );
      if (present.length === 0 && (standardise || missing === "mean")) {
        const { where, column } = cells;
        throw new DataError({
          where: `${where}, ${column}`,
          must: "the column must have a number to learn its mean from",
          got: "none",
          todo: "leave the column out",
        });
      }
      // A sum rounds, and its error would become the deviation of a constant column.
      const [first = 0] = present;
      const constant = present.every((x) => x === first);
      const mean = constant ? first : present.reduce((sum, x) => sum + x / present.length, 0);
      const variance = present.reduce((sum, x) => sum + (x - mean) ** 2 / present.length, 0);
      const deviation = Math.sqrt(variance);
      const fill = missing === "mean" ? mean : missing;
      const [shift, scale] = standardise ? [mean, deviation === 0 ? 1 : deviation] : [0, 1];
      return {
        names: [cells.column],
        features: (more) =>
          Float32Array.from(more.values, (value, row) => {
            const filled =
              isMissing(value) && fill !== "error" ? fill : readNumber(more, value, row);
            return (filled - shift) / scale;
          }),
        ...(standardise ? { statistics: { mean: shift, deviation: scale } } : {}),
      };
    },
  });
}

function readNumber(cells: Cells, value: unknown, row: number): number {
  const read = typeof value === "string" ? numberOf(value) : value;
  if (typeof read === "number" && Number.isFinite(read)) return read;
  const todo = isMissing(value)
    ? 'fill it in, drop the row, or say number({ missing: "mean" })'
    : "correct the cell, or name texts for missing numbers to readCsv";
  throw refusedCell(cells, row, "a cell must hold a finite number", value, todo);
}
