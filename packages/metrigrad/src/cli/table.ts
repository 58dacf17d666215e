import type { RunRecord } from "@metrigrad/train";
import { fitted, missing } from "./fitted.ts";
import { showCost, showShare, showShort } from "./show.ts";

const head = [
  "arch",
  "optimizer",
  "train cost",
  "valid cost",
  "valid accuracy",
  "test cost",
  "test accuracy",
  "seconds",
  "of them metric",
  "time / sgd's",
];
const short = [
  "arch",
  "optimizer",
  "train",
  "valid",
  "valid %",
  "test",
  "test %",
  "seconds",
  "metric",
  "/ sgd's",
];
/** The column of the test cost, which a row with a test accuracy leaves out. */
const testCost = head.indexOf("test cost");

/** How a table of runs is shown. */
export interface ResultOptions {
  /** Columns that it may take; any by default. */
  readonly width?: number;
  /** How titles look. */
  readonly title?: (text: string) => string;
}

/**
 * What each optimizer reached after the last epoch: the mean over seeds, ± the standard deviation
 * where there are several; seconds are those of training alone. Columns without a value are left out.
 */
export function resultTable(runs: readonly RunRecord[], options: ResultOptions = {}): string {
  const { width = Number.POSITIVE_INFINITY, title = (text) => text } = options;
  const groups = new Map<string, RunRecord[]>();
  for (const run of runs) {
    const key = JSON.stringify([run.arch, run.optimizer]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const secondsOf = (arch: string, optimizer: string) =>
    mean((groups.get(JSON.stringify([arch, optimizer])) ?? []).map((run) => total(run, "seconds")));
  const rows = [...groups.values()].map((repeats) => {
    const [{ arch, optimizer }] = repeats as [RunRecord];
    const last = (key: "trainCost" | "validCost" | "validAccuracy") =>
      repeats.map(({ epochs }) => epochs.at(-1)?.[key] ?? null);
    const tested = (key: keyof RunRecord["test"]) => repeats.map(({ test }) => test[key]);
    const graded = repeats.some(({ test }) => test.accuracy !== null);
    const ratio = secondsOf(arch, optimizer) / secondsOf(arch, "sgd");
    const metric = mean(repeats.map((run) => total(run, "secondsMetric")));
    const cells = [
      arch,
      optimizer,
      spread(last("trainCost"), showCost),
      spread(last("validCost"), showCost),
      spread(last("validAccuracy"), showShare),
      spread(tested("cost"), showCost),
      spread(tested("accuracy"), showShare),
      secondsOf(arch, optimizer).toFixed(2),
      Number.isFinite(metric) ? metric.toFixed(2) : missing,
      Number.isFinite(ratio) ? showShort(ratio) : missing,
    ];
    return cells.map((cell, column) => (graded && column === testCost ? missing : cell));
  });
  const paint = (text: string, _: number, row: number) => (row === 0 ? title(text) : text);
  return fitted({ head, short, rows, words: 2, names: 2 }, width, paint);
}

function total({ epochs }: RunRecord, key: "seconds" | "secondsMetric"): number {
  return epochs.reduce((sum, epoch) => sum + (epoch[key] ?? Number.NaN), 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function spread(
  values: readonly (number | null)[],
  show: (value: number | null) => string,
): string {
  const numbers = values.filter((value) => value !== null);
  if (numbers.length < 2) return show(numbers[0] ?? null);
  const middle = mean(numbers);
  const squares = numbers.map((value) => (value - middle) ** 2);
  const deviation = Math.sqrt(
    squares.reduce((sum, value) => sum + value, 0) / (numbers.length - 1),
  );
  return `${show(middle)} ± ${show(deviation)}`;
}
