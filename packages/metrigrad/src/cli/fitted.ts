import { aligned, type Paint, widthOf } from "./columns.ts";
import { listed } from "./listed.ts";
import { wrapped } from "./wrapped.ts";

/** A table that may be narrowed. */
export interface Table {
  readonly head: readonly string[];
  /** Shorter titles, which are taken where the table is too wide; those of `head` by default. */
  readonly short?: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns from the left that are words. */
  readonly words: number;
  /** Columns that name the row; the others are listed below them where the table is too wide. 1 by default. */
  readonly names?: number;
}

/** What stands for a value that there is not. */
export const missing = "–";

/**
 * A table as text of so many columns: as a table where it fits, with shorter titles where that helps, and else row by row, a
 * line for each cell. Columns without any value are left out. `paint` gets row 0 for the titles.
 */
export function fitted(table: Table, width: number, paint: Paint = (text) => text): string {
  const { head, short = head, rows, words, names = 1 } = table;
  const kept = head
    .map((_, column) => column)
    .filter((column) => column < names || rows.some((cells) => cells[column] !== missing));
  const of = (cells: readonly string[]) => kept.map((column) => cells[column] as string);
  const shownWords = kept.filter((column) => column < words).length;
  const painted: Paint = (text, column, row) => paint(text, kept[column] as number, row);
  for (const titles of [head, short]) {
    const lines = [of(titles), ...rows.map(of)];
    const widest = Math.max(...aligned(lines, shownWords).split("\n").map(widthOf));
    if (widest <= width) return aligned(lines, shownWords, painted);
  }
  const row = (cells: readonly string[], index: number) => {
    const name = cells.slice(0, names).filter((cell) => cell !== missing);
    const first = wrapped(name.join("  "), width).map((line) => paint(line, 0, 0));
    const columns = kept.filter((column) => column >= names);
    const pairs = columns.map((column): [string, string] => {
      return [head[column] as string, cells[column] as string];
    });
    const shown = (text: string, at: number) => paint(text, columns[at] as number, index + 1);
    return [...first, ...listed(pairs, width, shown)].join("\n");
  };
  return rows.map(row).join("\n");
}
