import type { EpochRecord } from "../epochRecord.ts";
import type { RunRecord } from "../record.ts";

/** A value at an epoch, over the repeats of a run. */
export interface Point {
  /** Epochs done. */
  readonly epoch: number;
  /** The seconds of training up to this epoch, the mean over repeats. */
  readonly seconds: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The repeats of one optimizer on one architecture. */
export interface Series {
  readonly arch: string;
  readonly optimizer: string;
  readonly repeats: number;
  readonly points: readonly Point[];
}

/** The quantity that is drawn against epochs and seconds. */
export type Quantity = "trainCost" | "validAccuracy";

/**
 * Returns the runs as lines. Repeats with other seeds become one line, with a band from the lowest to the highest
 * value.
 */
export function seriesOf(runs: readonly RunRecord[], quantity: Quantity): Series[] {
  const groups = new Map<string, RunRecord[]>();
  for (const run of runs) {
    const key = `${run.arch}\n${run.optimizer}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].map((repeats) => {
    const [{ arch, optimizer }] = repeats as [RunRecord];
    return { arch, optimizer, repeats: repeats.length, points: pointsOf(repeats, quantity) };
  });
}

/** Returns the points at the epochs that every repeat has reached. */
function pointsOf(repeats: readonly RunRecord[], quantity: Quantity): Point[] {
  const length = Math.min(...repeats.map(({ epochs }) => epochs.length));
  const spent = repeats.map(() => 0);
  const points: Point[] = [];
  for (let at = 0; at < length; at++) {
    const epochs = repeats.map(({ epochs }) => epochs[at] as EpochRecord);
    epochs.forEach(({ seconds }, index) => {
      spent[index] = (spent[index] as number) + seconds;
    });
    const values = epochs.flatMap((epoch) => epoch[quantity] ?? []);
    if (values.length < repeats.length) continue;
    points.push({
      epoch: (epochs[0] as EpochRecord).epoch,
      seconds: meanOf(spent),
      mean: meanOf(values),
      low: Math.min(...values),
      high: Math.max(...values),
    });
  }
  return points;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
