import type { AxisSpec } from "../plot/axis.ts";
import type { Span } from "../plot/box.ts";
import type { LinePoint } from "../plot/lines.ts";
import type { Measured } from "./quantities.ts";

/** Whether the axis of some values is logarithmic. */
export function isLog({ log, range, wide }: Measured, values: readonly number[]): boolean {
  if (log !== null) return log;
  if (range !== null) return range[0] > 0 && range[1] / range[0] > 12;
  const finite = values.filter(Number.isFinite);
  return (
    finite.length > 0 && Math.min(...finite) > 0 && Math.max(...finite) / Math.min(...finite) > wide
  );
}

/** Returns the axis along which lines go. */
export function acrossSpec(of: Measured, values: readonly number[], log: boolean): AxisSpec {
  const shown = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const [low, high] = extent(shown, log ? [1, 10] : [0, 1]);
  const base = { title: of.title, log };
  if (of.range !== null) return { ...base, domain: of.range, whole: of.whole };
  if (log) return { ...base, domain: widened([low, high], 1.05) };
  if (of.whole) {
    const margin = Math.max(0.2, 0.02 * (high - low));
    return { ...base, domain: [low - margin, high + margin], whole: true };
  }
  const from = low >= 0 && low < 0.5 * high ? 0 : low;
  const margin = from === high ? 0.5 : 0.02 * (high - from);
  return { ...base, domain: [from === 0 ? 0 : from - margin, high + margin] };
}

/** Returns the axis of a quantity. */
export function upSpec(of: Measured, points: readonly LinePoint[], log: boolean): AxisSpec {
  const values = points.flatMap(({ y, low = y, high = y }) => [low, y, high]);
  const shown = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const [low, high] = extent(shown, log ? [0.1, 1] : [0, 1]);
  const base = { title: of.title, log };
  if (of.range !== null) return { ...base, domain: of.range };
  if (log)
    return {
      ...base,
      domain: widened([low, high], Math.exp(0.04 * (Math.log(high) - Math.log(low)))),
    };
  const margin = Math.max(0.06 * (high - low), 1e-3 * Math.max(Math.abs(high), 1e-3));
  // Shares never leave [0, 1].
  const isShare = of.name === "validAccuracy" && low >= 0 && high <= 1;
  const from = isShare ? Math.max(0, low - margin) : low - margin;
  return { ...base, domain: [from, isShare ? Math.min(1, high + margin) : high + margin] };
}

function extent(values: readonly number[], otherwise: Span): Span {
  if (values.length === 0) return otherwise;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

function widened([low, high]: Span, factor: number): Span {
  const own = Math.max(factor, low === high ? 1.5 : 1.02);
  // Numbers end at about 1e308.
  return [Math.max(1e-307, low / own), Math.min(1e307, high * own)];
}
