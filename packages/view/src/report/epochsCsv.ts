import type { EpochRecord, Recording } from "@metrigrad/train";

const columns = [
  "epoch",
  "trainCost",
  "validCost",
  "validAccuracy",
  "seconds",
  "secondsMetric",
] as const satisfies readonly (keyof EpochRecord)[];

/**
 * What else a table says.
 *
 * @category Pictures
 */
export interface TableOptions {
  /** Which record it belongs to, as a last column; none by default. */
  readonly record?: string;
}

/**
 * Returns the epochs of all runs as comma-separated values, one line each. What is not a number is left empty.
 *
 * @param recording - The runs.
 * @param options - What else the table says.
 * @returns The table, with a line of names first.
 * @nothrow
 * @category Pictures
 */
export function epochsCsv({ runs }: Recording, { record }: TableOptions = {}): string {
  const more = record === undefined ? [] : [quoted(record)];
  const names = record === undefined ? [] : ["record"];
  const head = ["arch", "optimizer", "seed", ...columns, ...names].join();
  const lines = runs.flatMap(({ arch, optimizer, seed, epochs }) =>
    epochs.map((epoch) => {
      const values = columns.map((name) => epoch[name] ?? "");
      return [quoted(arch), quoted(optimizer), seed, ...values, ...more].join();
    }),
  );
  return `${[head, ...lines].join("\n")}\n`;
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
