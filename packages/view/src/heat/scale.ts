import { scaleLinear } from "d3-scale";
import type { Span } from "../plot/box.ts";
import { numberText } from "../plot/number.ts";
import { refused } from "../refused.ts";
import { type Colours, coloursOf } from "./colours.ts";

/**
 * How values become colours: in proportion, by their signed cube roots, so that small values show beside large ones, or by
 * their logarithms.
 *
 * @category Pictures
 */
export type HeatScale = "linear" | "cbrt" | "log";

/** A scale from values to colours. */
export interface ValueScale {
  readonly colours: Colours;
  /** Where a value lies on the scale, in [0, 1]; NaN for a value that it does not have. */
  readonly shareOf: (value: number) => number;
  /** Round values with their places. */
  readonly ticks: readonly { readonly share: number; readonly text: string }[];
}

const curves: Readonly<Record<HeatScale, (value: number) => number>> = {
  linear: (value) => value,
  cbrt: Math.cbrt,
  log: Math.log10,
};
const steps = 24;

/** Returns the scale of some values. With values of both signs, 0 is in the middle. */
export function valueScale(
  where: string,
  values: Iterable<number>,
  kind: HeatScale,
  range?: Span,
): ValueScale {
  if (!Object.hasOwn(curves, kind)) {
    const must = 'scale must be "linear", "cbrt" or "log"';
    throw refused(where, must, JSON.stringify(kind), "use one of them");
  }
  const curve = curves[kind];
  let [low, high] = range ?? extentOf(values, kind);
  const signed = range === undefined && kind !== "log" && low < 0 && high > 0;
  if (signed) [low, high] = [-Math.max(-low, high), Math.max(-low, high)];
  const [from, to] = [curve(low), curve(high)];
  if (!(Number.isFinite(from) && Number.isFinite(to) && from < to)) {
    const must = `range must be two numbers, the lower one first${kind === "log" ? ", above 0" : ""}`;
    throw refused(where, must, `[${low}, ${high}]`, "pass [0, 1], or leave it out");
  }
  const shareOf = (value: number) => {
    const share = (curve(value) - from) / (to - from);
    return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : Number.NaN;
  };
  const shown = ticksOf(kind, low, high);
  return {
    colours: coloursOf(
      low < 0 && high > 0 ? "diverging" : "sequential",
      signed ? steps + 1 : steps,
    ),
    shareOf,
    ticks: shown.map((value) => ({ share: shareOf(value), text: numberText(value) })),
  };
}

function extentOf(values: Iterable<number>, kind: HeatScale): Span {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value) || (kind === "log" && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return kind === "log" ? [0.1, 1] : [0, 1];
  if (kind === "log") return low === high ? [low / 2, high * 2] : [low, high];
  // Values of one sign begin at 0.
  if (low >= 0) return [0, high === 0 ? 1 : high];
  return high <= 0 ? [low, 0] : [low, high];
}

function ticksOf(kind: HeatScale, low: number, high: number): number[] {
  if (kind === "linear") return scaleLinear([low, high], [0, 1]).ticks(5);
  if (kind === "log") {
    const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
    const every = Math.max(1, Math.ceil((last - first) / 5));
    const decades = Math.floor((last - first) / every) + 1;
    if (decades < 2) return [low, high];
    return Array.from({ length: decades }, (_, at) => Number(`1e${first + at * every}`));
  }
  const most = Math.max(-low, high);
  const round = [0.03, 0.2, 1].map((share) => Number((share * most).toPrecision(1)));
  const all = [...round.map((value) => -value), 0, ...round];
  return all.filter((value) => value >= low && value <= high).sort((a, b) => a - b);
}
