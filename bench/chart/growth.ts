import { type CurveRecord, curves } from "metrigrad";

/** Time against a size. */
export interface GrowthPoint {
  readonly value: number;
  readonly work: number;
  readonly seconds: number;
}

/** One panel: a curve for each variant. */
export interface GrowthPanel {
  readonly title: string;
  readonly curves: readonly { readonly label: string; readonly points: readonly GrowthPoint[] }[];
}

/** Milliseconds of a step against sizes, both in equal factors, as SVG, beside what they were if they grew as the arithmetic does. */
export function growthChart(panels: readonly GrowthPanel[]): string {
  const records = panels.flatMap(({ title: panel, curves: own }) =>
    own.flatMap(({ label, points }): CurveRecord[] => {
      const real = points.map(({ value, seconds }) => ({ size: value, time: 1000 * seconds }));
      return [
        { panel, label, points: real },
        { panel, label: `${label}, linear`, points: linear(points) },
      ];
    }),
  );
  return curves(records, {
    title: "Time of a step against sizes",
    note: "“Linear”: as the arithmetic grows, at the best rate of the line.",
    quantities: [{ of: "time", title: "milliseconds", log: true }],
    by: { of: "size", title: "size", log: true },
  });
}

/** The times that a line would have with its own best rate of multiply-adds. */
function linear(points: readonly GrowthPoint[]) {
  const best = points.reduce((a, b) => (b.seconds / b.work < a.seconds / a.work ? b : a));
  return points.map(({ value, work }) => ({
    size: value,
    time: (1000 * best.seconds * work) / best.work,
  }));
}
