import type { EpochRecord, Recording } from "./record.ts";

const columns = [
  "epoch",
  "trainCost",
  "validCost",
  "validAccuracy",
  "seconds",
  "secondsMetric",
] as const satisfies readonly (keyof EpochRecord)[];

/** The epochs of all runs as comma-separated values, one line each; what is not a number is left empty. */
export function epochsCsv({ runs }: Recording): string {
  const head = ["arch", "optimizer", "seed", ...columns].join();
  const lines = runs.flatMap(({ arch, optimizer, seed, epochs }) =>
    epochs.map((epoch) =>
      [quoted(arch), quoted(optimizer), seed, ...columns.map((name) => epoch[name] ?? "")].join(),
    ),
  );
  return `${[head, ...lines].join("\n")}\n`;
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
