/** One measured case; a ratio above 1 means that metrigrad is better than the peer. */
export interface Result {
  readonly suite: string;
  readonly case: string;
  readonly unit: string;
  readonly better: "higher" | "lower";
  readonly ours: number;
  readonly peers: Readonly<Record<string, number>>;
  readonly ratio: Readonly<Record<string, number>>;
  /** Peers that cannot do it, and why: "no kernel: Conv2DBackpropFilter". */
  readonly lacks?: Readonly<Record<string, string>>;
  /** The graphics adapter that computed ours; absent for the processor. */
  readonly device?: string;
  /** Where it stands in a suite whose table has a column for each of several values. */
  readonly cell?: { readonly row: string; readonly column: string };
}

/** A result with its ratios. */
export function resultOf(measured: Omit<Result, "ratio">): Result {
  const { better, ours, peers } = measured;
  const ratio = Object.entries(peers).map(([name, value]) => {
    return [name, better === "higher" ? ours / value : value / ours] as const;
  });
  return { ...measured, ratio: Object.fromEntries(ratio) };
}
