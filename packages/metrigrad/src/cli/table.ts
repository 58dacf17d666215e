import type { EpochRecord, RunRecord } from "@metrigrad/train";
import { aligned } from "./columns.ts";
import { showCost, showShare, showShort } from "./show.ts";

const head = [
  "arch",
  "optimizer",
  "train cost",
  "valid cost",
  "valid accuracy",
  "test accuracy",
  "seconds",
  "of them metric",
  "time / sgd's",
];

/**
 * What each optimizer reached after the last epoch: the mean over seeds, ± the standard deviation
 * where there are several; seconds are those of training alone.
 */
export function resultTable(runs: readonly RunRecord[]): string {
  const groups = new Map<string, RunRecord[]>();
  for (const run of runs) {
    const key = `${run.arch} ${run.optimizer}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const secondsOf = (arch: string, optimizer: string) =>
    mean((groups.get(`${arch} ${optimizer}`) ?? []).map((run) => total(run, "seconds")));
  const rows = [...groups.values()].map((repeats) => {
    const [{ arch, optimizer }] = repeats as [RunRecord];
    const last = (key: keyof EpochRecord) =>
      repeats.map(({ epochs }) => epochs.at(-1)?.[key] ?? null);
    const ratio = secondsOf(arch, optimizer) / secondsOf(arch, "sgd");
    const metric = mean(repeats.map((run) => total(run, "secondsMetric")));
    return [
      arch,
      optimizer,
      spread(last("trainCost"), showCost),
      spread(last("validCost"), showCost),
      spread(last("validAccuracy"), showShare),
      spread(
        repeats.map(({ test }) => test.accuracy),
        showShare,
      ),
      secondsOf(arch, optimizer).toFixed(2),
      Number.isFinite(metric) ? metric.toFixed(2) : "–",
      Number.isFinite(ratio) ? showShort(ratio) : "–",
    ];
  });
  return aligned([head, ...rows], 2);
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
