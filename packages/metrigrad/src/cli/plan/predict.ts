import type { Network } from "@metrigrad/tensor";
import type { RankExchange } from "@metrigrad/train";
import { type Algorithm, exchangeSeconds } from "./collectives.ts";

/** An exchange, and how many of it a step has on average. */
export interface CountedExchange extends RankExchange {
  readonly perStep: number;
}

/** What a step takes on one of so many ranks, without the network. */
export interface RankWork {
  readonly ranks: number;
  /** Rows of one rank. */
  readonly rows: number;
  /** Seconds of what is not on the metric. */
  readonly compute: number;
  /** Seconds of all work on the metric; null where it cannot be told from `compute`. */
  readonly metric: number | null;
  /** The part of `metric` that is factors and solves with them; null where `metric` is. */
  readonly factorise: number | null;
  readonly exchanges: readonly CountedExchange[];
  /** Memory of a rank. */
  readonly bytes: number;
  /** Where the seconds come from: steps that ran on this machine, or rates of its kernels. */
  readonly from: "measured" | "rates";
}

/** What is predicted of so many ranks. */
export interface Prediction extends RankWork {
  /** Seconds. */
  readonly communicate: number;
  /** Seconds of a step. */
  readonly total: number;
  /** How many times as many rows a second are trained on as by one rank. */
  readonly speedup: number;
  /** `speedup` over the number of ranks. */
  readonly efficiency: number;
}

/** The parts of a step. */
export const parts = ["compute", "metric", "communicate"] as const;

/** Predicts steps from the work of ranks, of which the first is that of one rank. */
export function predictions(
  works: readonly RankWork[],
  network: Network,
  algorithm: Algorithm,
): readonly Prediction[] {
  const made = works.map((work) => {
    const communicate = work.exchanges.reduce(
      (sum, one) => sum + one.perStep * exchangeSeconds(one, work.ranks, network, algorithm),
      0,
    );
    return { ...work, communicate, total: work.compute + (work.metric ?? 0) + communicate };
  });
  const rate = ({ ranks, rows, total }: (typeof made)[number]) => (ranks * rows) / total;
  const [one] = made;
  return made.map((each) => {
    const speedup = one === undefined ? 1 : rate(each) / rate(one);
    return { ...each, speedup, efficiency: speedup / each.ranks };
  });
}

/** Returns the least number of ranks from which on a part is the largest of a step; null if it is not with the most ranks. */
export function largestFrom(
  rows: readonly Prediction[],
  part: (typeof parts)[number],
): number | null {
  const isLargest = (row: Prediction) =>
    parts.every((other) => other === part || (row[part] ?? 0) > (row[other] ?? 0));
  const last = rows.findLastIndex((row) => !isLargest(row));
  return rows[last + 1]?.ranks ?? null;
}
