import { refused } from "../refused.ts";
import type { CurvePoint, Track } from "./records.ts";

/**
 * A quantity that an axis shows.
 *
 * @category Pictures
 */
export interface CurveQuantity {
  /** The name of the value in the points, or a function of a point. It returns null where there is no value. */
  readonly of: string | ((point: CurvePoint) => number | null | undefined);
  /** The title of the axis, with the unit; the name of the value by default. A function needs one. */
  readonly title?: string;
  /** Whether the axis is logarithmic. By default it is where all values are positive and differ by a factor over 12. */
  readonly log?: boolean;
  /** The lowest and the highest value that the axis shows; as much as the values need by default. */
  readonly range?: readonly [from: number, to: number];
}

/** A quantity with its title, and the value of a point. */
export interface Measured {
  /** The name under which ranges are given. */
  readonly name: string;
  readonly title: string;
  /** Whether its axis is logarithmic; null where the values decide. */
  readonly log: boolean | null;
  readonly range: readonly [number, number] | null;
  /** The factor between values beyond which the axis is logarithmic, where `log` is null. */
  readonly wide: number;
  /** Whether values are whole numbers, such as epochs. */
  readonly whole: boolean;
  readonly valueOf: (point: CurvePoint) => number | null;
}

/** What the values of a run's record are called. Costs differ by factors, and shares too little for a logarithmic axis. */
const known: Readonly<
  Record<string, { readonly title: string; readonly log?: boolean; readonly wide?: number }>
> = {
  trainCost: { title: "training cost", wide: 2 },
  validCost: { title: "validation cost", wide: 2 },
  validAccuracy: { title: "validation accuracy", log: false },
  secondsMetric: { title: "seconds of the metric, per epoch" },
  seconds: { title: "seconds" },
  second: { title: "seconds" },
  epoch: { title: "epochs", log: false },
  step: { title: "steps", log: false },
};

const usualWide = 12;

/** The names of places along a run, which are no quantities by default. */
export const places: ReadonlySet<string> = new Set(["epoch", "step", "seconds", "second"]);

/** Returns a quantity that was asked for. Throws DataError if no point has it. */
export function measured(
  where: string,
  asked: string | CurveQuantity,
  tracks: readonly Track[],
): Measured {
  const { of, title, log, range } = typeof asked === "string" ? { of: asked } : asked;
  if (typeof of === "function") {
    if (title === undefined) {
      const todo = 'pass { of, title: "relative error" }';
      throw refused(where, "a function of points must have a title", "none", todo);
    }
    checkRange(where, title, range, log);
    const valueOf = (point: CurvePoint) => of(point) ?? null;
    const axis = { log: log ?? null, range: range ?? null, wide: usualWide };
    return { name: title, title, ...axis, whole: false, valueOf };
  }
  const names = new Set(tracks.flatMap(({ points }) => points.flatMap((one) => Object.keys(one))));
  const hasPoints = tracks.some(({ points }) => points.length > 0);
  if (hasPoints && !names.has(of)) {
    const all = [...names].join(", ");
    throw refused(where, "a quantity must be one that the points have", String(of), `use ${all}`);
  }
  checkRange(where, of, range, log);
  return {
    name: of,
    title: title ?? titleOf(of, tracks),
    log: log ?? known[of]?.log ?? null,
    range: range ?? null,
    wide: known[of]?.wide ?? usualWide,
    whole: of === "epoch" || of === "step",
    valueOf: (point) => point[of] ?? null,
  };
}

/** The training cost of a run has the L2 term in it, if there is one. */
function titleOf(name: string, tracks: readonly Track[]): string {
  const title = known[name]?.title ?? name;
  const { length } = tracks.filter(({ run }) => Number(run?.settings.l2 ?? 0) > 0);
  if (name === "trainCost" && length > 0) return `${title}, with L2`;
  if (name === "seconds" && tracks.every(({ run }) => run !== null)) return "seconds of training";
  return title;
}

/** Throws DataError for a range that is none. */
export function checkRange(
  where: string,
  name: string,
  range: readonly [number, number] | undefined,
  log = false,
): void {
  if (range === undefined) return;
  const [from, to] = range;
  if (Number.isFinite(from) && Number.isFinite(to) && from < to && (!log || from > 0)) return;
  throw refused(
    `${where}, ${name}`,
    `a range must be two numbers, the lower one first${log ? ", above 0 on a log axis" : ""}`,
    `[${range.join(", ")}]`,
    "pass [0.1, 1], or leave it out",
  );
}

/** The quantities that are drawn if none is asked for: those of training that have values, or all but the places. */
export function usualQuantities(tracks: readonly Track[]): string[] {
  const has = (name: string) =>
    tracks.some(({ points }) => points.some((point) => typeof point[name] === "number"));
  if (tracks.some(({ run }) => run !== null)) {
    const second = has("validAccuracy") ? "validAccuracy" : "validCost";
    const shown = ["trainCost", second].filter(has);
    return shown.length > 0 ? shown : ["trainCost"];
  }
  const names = new Set(tracks.flatMap(({ points }) => points.flatMap((one) => Object.keys(one))));
  return [...names].filter((name) => !places.has(name));
}

/** The places that are drawn if none is asked for. */
export function usualPlaces(tracks: readonly Track[]): string[] {
  if (tracks.some(({ run }) => run !== null)) return ["epoch", "seconds"];
  const has = (name: string) =>
    tracks.every(({ points }) => points.every((point) => typeof point[name] === "number"));
  return [["step", "epoch", "seconds", "second"].find(has) ?? "step"];
}
