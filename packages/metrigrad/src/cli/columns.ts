/** Changes how a cell looks, not how wide it is. */
export type Paint = (text: string, column: number, row: number) => string;

/** Rows of cells as lines of text; numbers end, words begin, at a common place. */
export function aligned(
  rows: readonly (readonly string[])[],
  words: number,
  paint: Paint = (text) => text,
): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => widthOf(cells[column] as string))),
  );
  const line = (cells: readonly string[], row: number) =>
    cells
      .map((cell, column) => {
        const fill = " ".repeat((widths[column] as number) - widthOf(cell));
        const shown = paint(cell, column, row);
        if (column >= words) return fill + shown;
        return column === cells.length - 1 ? shown : shown + fill;
      })
      .join("  ")
      .trimEnd();
  return rows.map(line).join("\n");
}

/** Letters of a text. */
export function widthOf(text: string): number {
  return [...text].length;
}
