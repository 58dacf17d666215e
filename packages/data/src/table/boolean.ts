import { type Cells, type Column, type LearnedColumn, refusedCell } from "./column.ts";

const readings = new Map<unknown, number>([
  [true, 1],
  [1, 1],
  ["true", 1],
  ["yes", 1],
  ["1", 1],
  [false, 0],
  [0, 0],
  ["false", 0],
  ["no", 0],
  ["0", 0],
]);

/**
 * Makes a column of yes or no, as 1 and 0.
 *
 * Cells are booleans, the numbers 1 and 0, or the texts true, false, yes, no, 1 and 0 in small or capital letters.
 *
 * @returns The column, for {@link fromColumns}, which throws DataError for any other cell.
 * @nothrow
 * @category Data
 */
export function boolean(): Column<"value"> {
  const read = (cells: Cells) =>
    Float32Array.from(cells.values, (value, row) => {
      const key = typeof value === "string" ? value.trim().toLowerCase() : value;
      const bit = readings.get(key);
      if (bit !== undefined) return bit;
      const todo = "correct the cell, or use category()";
      throw refusedCell(cells, row, "a cell must be true or false", value, todo);
    });
  const learn = ({ column }: Cells): LearnedColumn => ({ names: [column], features: read });
  return Object.freeze({ form: "value" as const, learn });
}
