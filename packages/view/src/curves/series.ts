import { quantile } from "d3-array";
import type { LinePoint } from "../plot/lines.ts";
import type { Measured } from "./quantities.ts";
import type { CurvePoint, Track } from "./records.ts";
import type { CurveBand, CurveCentre } from "./together.ts";

/** How repeats are put together. */
export interface Together {
  readonly centre: CurveCentre;
  readonly band: CurveBand;
}

/** The repeats of one label in one panel. */
export interface Group {
  readonly panel: string;
  readonly label: string;
  readonly tracks: readonly Track[];
}

/** Returns the repeats of each label in each panel, in the order in which they come. */
export function groupsOf(tracks: readonly Track[]): Group[] {
  const groups = new Map<string, Group & { readonly tracks: Track[] }>();
  for (const track of tracks) {
    const { panel, label } = track;
    const key = JSON.stringify([panel, label]);
    const group = groups.get(key) ?? { panel, label, tracks: [] };
    groups.set(key, group);
    group.tracks.push(track);
  }
  return [...groups.values()];
}

/** How many places a line has whose repeats were measured at different places. */
const count = 150;

type Values = readonly { readonly x: number; readonly y: number }[];

/**
 * Returns the points of a line.
 *
 * Repeats that were measured at the same epochs or steps are put together there, up to where all of them came; the place on
 * the axis is then the centre of theirs. Other repeats count as they were last measured, at places in equal steps or factors.
 */
export function linePoints(
  { tracks }: Group,
  x: Measured,
  y: Measured,
  together: Together,
  log: boolean,
): LinePoint[] {
  const own = tracks.map(({ points }) => points.filter((one) => y.valueOf(one) !== null));
  const valuesOf = (points: readonly CurvePoint[]): Values =>
    points.flatMap((point) => {
      const at = x.valueOf(point);
      return at === null || !Number.isFinite(at) ? [] : [{ x: at, y: y.valueOf(point) as number }];
    });
  const values = own.map(valuesOf);
  if (values.length === 1) return [...(values[0] ?? [])];
  const length = Math.min(...values.map((one) => one.length));
  if (length === 0) return [];
  if (isAligned(own, x)) {
    return Array.from({ length }, (_, at) => {
      const here = values.map((one) => one[at] as Values[number]);
      const place = centreOf(
        here.map((one) => one.x),
        together.centre,
      );
      return {
        x: place,
        ...spread(
          here.map((one) => one.y),
          together,
        ),
      };
    });
  }
  const from = Math.max(...values.map((one) => one[0]?.x ?? 0));
  const to = Math.min(...values.map((one) => one.at(-1)?.x ?? 0));
  return Array.from({ length: count + 1 }, (_, at) => {
    const share = at / count;
    const place = log && from > 0 ? from * (to / from) ** share : from + share * (to - from);
    const last = values.map((one) => one.findLast(({ x: own }) => own <= place * (1 + 1e-12))?.y);
    return {
      x: place,
      ...spread(
        last.map((one) => one ?? Number.NaN),
        together,
      ),
    };
  });
}

/** Whether the points of all repeats are of the same epochs or steps, or places on the axis. */
function isAligned(repeats: readonly (readonly CurvePoint[])[], x: Measured): boolean {
  const length = Math.min(...repeats.map((points) => points.length));
  const same = (valueOf: (point: CurvePoint) => number | null | undefined) =>
    repeats.every((points) =>
      points.slice(0, length).every((point, at) => {
        const [value, first] = [valueOf(point), valueOf(repeats[0]?.[at] as CurvePoint)];
        return typeof value === "number" && value === first;
      }),
    );
  return same(x.valueOf) || ["epoch", "step"].some((name) => same((point) => point[name]));
}

function spread(values: readonly number[], { centre, band }: Together): Omit<LinePoint, "x"> {
  if (!values.every(Number.isFinite)) return { y: Number.NaN };
  const y = centreOf(values, centre);
  if (band === "none") return { y };
  const [low, high] = band === "range" ? [0, 1] : [0.25, 0.75];
  return { y, low: quantile(values, low) as number, high: quantile(values, high) as number };
}

function centreOf(values: readonly number[], centre: CurveCentre): number {
  if (centre === "median") return quantile(values, 0.5) as number;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
