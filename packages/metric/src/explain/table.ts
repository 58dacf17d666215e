/** One column of a text table. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Whether the column is aligned to the right, as numbers are. */
  readonly right?: boolean;
}

/** Returns rows as text in aligned columns under their titles. */
export function alignedTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ text }) => text(row))),
  ];
  const widths = columns.map((_, at) =>
    Math.max(...cells.map((line) => [...(line[at] ?? "")].length)),
  );
  const lines = cells.map((line) =>
    line
      .map((cell, at) => {
        const fill = " ".repeat((widths[at] as number) - [...cell].length);
        return columns[at]?.right === true ? fill + cell : cell + fill;
      })
      .join("  ")
      .trimEnd(),
  );
  return lines.join("\n");
}

const prefixes = ["", "k", "M", "G", "T"] as const;

/** Returns a number with three digits and a decimal prefix: 1.23 M. */
export function shortNumber(value: number, unit = ""): string {
  let rest = value;
  let step = 0;
  while (rest >= 999.5 && step < prefixes.length - 1) {
    rest /= 1000;
    step++;
  }
  const digits = step === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  return `${rest.toFixed(digits)} ${prefixes[step]}${unit}`.trimEnd();
}
