import { area, line } from "d3-shape";
import { element, escaped } from "../svg/element.ts";
import { filled, type Ink, stroked } from "../svg/ink.ts";
import { apart } from "../text/apart.ts";
import { folded, label } from "../text/label.ts";
import { textWidth } from "../text/widths.ts";
import type { Plane } from "./plane.ts";
import { drawMark, type SeriesStyle } from "./style.ts";

/** A point of a line with the band around it. A y that is no number is a gap. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

/** A line in a plane. */
export interface Line {
  /** Its name, which stands at its end. */
  readonly name: string;
  readonly style: SeriesStyle;
  /** The points from left to right. */
  readonly points: readonly LinePoint[];
}

const [gap, sample, textGap] = [12, 20, 5];
/** The height that each name needs. */
export const nameHeight = 16;
const widestName = 200;
const noValue = " (no value)";

/** The width that the names of lines need at the right of a plane. */
export function namesWidth(lines: readonly Line[]): number {
  const widths = lines.map(({ name, points }) => {
    // Whether a line ends outside of the axes is not known yet.
    const more = points.some(({ y }) => Number.isFinite(y)) ? " ↑" : noValue;
    return textWidth(folded(`${name}${more}`, widestName), 12);
  });
  return gap + sample + textGap + Math.max(0, ...widths) + 4;
}

/** Draws lines with bands, marks and names at their ends. Parts outside of the plane are cut off. */
export function drawLines(lines: readonly Line[], plane: Plane, id: string): string {
  const { left, top, width, height } = plane.inner;
  const frame = { x: left, y: top, width, height };
  const clip = element("clipPath", { id }, element("rect", frame));
  const inside = { "clip-path": `url(#${id})` };
  return [
    clip,
    element("g", inside, ...lines.map((one) => bandOf(one, plane))),
    element("g", inside, ...lines.map((one) => strokeOf(one, plane))),
    ...lines.map((one) => marksOf(one, plane)),
    ...namesOf(lines, plane),
  ].join("");
}

const isShown = ({ x, y }: Plane) => {
  return (point: LinePoint) => {
    const usable = (value: number, log: boolean) => Number.isFinite(value) && (!log || value > 0);
    return usable(point.x, x.log) && usable(point.y, y.log);
  };
};

function bandOf({ points, style }: Line, plane: Plane): string {
  const { x, y } = plane;
  if (!points.some(({ low, high }) => low !== undefined && high !== undefined && high > low)) {
    return "";
  }
  const lowest = y.domain[0];
  const at = (value: number | undefined) => {
    const own = value ?? Number.NaN;
    return y.at(y.log && !(own > 0) ? lowest : own);
  };
  const d = area<LinePoint>(
    (point) => x.at(point.x),
    ({ low }) => at(low),
    ({ high }) => at(high),
  )
    .defined((point) => isShown(plane)(point) && point.low !== undefined)
    .digits(1)([...points]);
  return d === null ? "" : element("path", { d, ...filled(style.ink), opacity: "0.16" });
}

function strokeOf({ name, points, style }: Line, plane: Plane): string {
  const d = line<LinePoint>(
    (point) => plane.x.at(point.x),
    (point) => plane.y.at(point.y),
  )
    .defined(isShown(plane))
    .digits(1)([...points]);
  if (d === null) return "";
  const look = {
    fill: "none",
    "stroke-width": 1.8,
    "stroke-linejoin": "round",
    "stroke-dasharray": style.dash,
    "data-series": name,
  };
  return element("path", { d, ...stroked(style.ink), ...look });
}

/** Marks every point of a short line, and six of a long one. The last point, and one between gaps, always has one. */
function marksOf({ points, style }: Line, plane: Plane): string {
  const shown = isShown(plane);
  const visible = points.filter((point) => shown(point) && isInside(point, plane));
  const last = visible.at(-1);
  const lone = visible.filter((point) => {
    const at = points.indexOf(point);
    const beside = [points[at - 1], points[at + 1]];
    return beside.every((other) => other === undefined || !shown(other));
  });
  const kept = visible.length <= 12 ? visible : thinned(visible, plane);
  const all = new Set([...kept, ...lone, ...(last === undefined ? [] : [last])]);
  const drawn = [...all].map((point) => drawMark(style, plane.x.at(point.x), plane.y.at(point.y)));
  return drawn.join("");
}

/** Points that are about a sixth of the width apart. */
function thinned(points: readonly LinePoint[], { x, inner }: Plane): LinePoint[] {
  const kept: LinePoint[] = [];
  for (const point of points) {
    const before = kept.at(-1);
    if (before !== undefined && x.at(point.x) - x.at(before.x) < inner.width / 6) continue;
    kept.push(point);
  }
  return kept;
}

/** Whether a point lies between the axes. */
export function isInside(point: LinePoint, { x, y, inner }: Plane): boolean {
  const [across, down] = [x.at(point.x) - inner.left, y.at(point.y) - inner.top];
  return (
    across >= -0.5 && across <= inner.width + 0.5 && down >= -0.5 && down <= inner.height + 0.5
  );
}

/** The names at the right: each with a piece of its line, and a thin line to its end. */
function namesOf(lines: readonly Line[], plane: Plane): string[] {
  const { left, top, width, height } = plane.inner;
  const right = left + width;
  const ends = lines.map(({ points }) => endOf(points, plane));
  const bounds = [top + 2, top + height - 2] as const;
  const wanted = ends.map((end) => end?.y ?? top + height);
  const places = apart(wanted, nameHeight, bounds);
  return lines.map(({ name, style }, at) => {
    const y = places[at] ?? 0;
    const from = right + gap;
    const end = ends[at] ?? null;
    const shown = folded(`${name}${end === null ? noValue : end.arrow}`, widestName);
    return element(
      "g",
      {},
      ...(end === null || end.arrow !== "" ? [] : [leader(end, { x: from, y }, style.ink)]),
      element("path", {
        d: `M${round(from)} ${round(y)}h${sample}`,
        ...stroked(style.ink),
        "stroke-width": 1.8,
        "stroke-dasharray": style.dash,
      }),
      drawMark(style, from + sample / 2, y),
      label(from + sample + textGap, y + 4, shown, {
        ink: style.ink,
        attributes: { "data-end": name },
      }),
      ...(shown.startsWith(name) ? [] : [element("title", {}, escaped(name))]),
    );
  });
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where a line ends; a line that ends above or below the axes has an arrow. Null if the line has no point. */
function endOf(points: readonly LinePoint[], plane: Plane): (Place & { arrow: string }) | null {
  const { left, top, width, height } = plane.inner;
  const last = points.findLast((point) => isShown(plane)(point));
  if (last === undefined) return null;
  const [x, y] = [plane.x.at(last.x), plane.y.at(last.y)];
  const [above, below] = [y < top - 0.5, y > top + height + 0.5];
  const clamped = Math.min(top + height, Math.max(top, y));
  return {
    x: Math.min(left + width, Math.max(left, x)),
    y: clamped,
    arrow: above ? " ↑" : below ? " ↓" : "",
  };
}

function leader(end: Place, to: Place, ink: Ink): string {
  const d = `M${round(end.x)} ${round(end.y)}L${round(to.x)} ${round(to.y)}`;
  const dots = to.x - end.x > 3 * gap ? "1 4" : undefined;
  return element("path", {
    d,
    fill: "none",
    ...stroked(ink),
    "stroke-width": 0.8,
    "stroke-dasharray": dots,
  });
}

const round = (value: number) => Math.round(10 * value) / 10;
