import { element } from "../svg/element.ts";
import { faint, quiet, stroked } from "../svg/ink.ts";
import { label, shortened } from "../text/label.ts";
import { textWidth } from "../text/widths.ts";
import { type Axis, type AxisSpec, axisOf } from "./axis.ts";
import type { Box } from "./box.ts";

/** What a plane with two axes shows. */
export interface PlaneSpec {
  /** Everything, with the texts around the axes. */
  readonly outer: Box;
  /** The name of the plane; none by default. */
  readonly heading?: string;
  readonly x: AxisSpec;
  readonly y: AxisSpec;
  /** The width that is kept free at the right, in pixels; 12 by default. */
  readonly right?: number;
  /** The width that is kept free at the left at least, so that planes stand below each other; 0 by default. */
  readonly left?: number;
  /** Whether to draw horizontal grid lines; true by default. */
  readonly grid?: boolean;
}

/** A plane with two axes, into which others draw. */
export interface Plane {
  readonly x: Axis;
  readonly y: Axis;
  /** The rectangle between the axes. */
  readonly inner: Box;
  /** Grid lines, which lie below everything. */
  readonly below: string;
  /** Axes, ticks and texts. */
  readonly above: string;
}

const tickLength = 4;
/** The height of a line of text. */
const line = 16;

/** Lays out a plane: the heading and the name of y stand above it, the name of x below it. */
export function planeOf({
  outer,
  heading = "",
  x,
  y,
  right = 12,
  left = 0,
  grid,
}: PlaneSpec): Plane {
  const top = outer.top + (heading === "" ? 0 : line + 2) + line + 10;
  const height = outer.top + outer.height - 42 - top;
  const vertical = axisOf(y, [top + height, top], Math.max(2, Math.floor(height / 32)));
  const widest = Math.max(left, ...vertical.ticks.map(({ text }) => textWidth(text, 12)));
  const from = outer.left + widest + tickLength + 6;
  const inner = { left: from, top, width: outer.left + outer.width - right - from, height };
  const horizontal = roomyAxis(x, inner);
  return {
    x: horizontal,
    y: vertical,
    inner,
    below: grid === false ? "" : gridOf(vertical, inner),
    above: [
      ...(heading.trim() === ""
        ? []
        : [
            label(outer.left, outer.top + 12, shortened(heading, outer.width / 1.1), {
              weight: "bold",
            }),
          ]),
      label(outer.left, top - 13, vertical.title, { ink: quiet }),
      ...xTexts(horizontal, inner),
      ...yTexts(vertical, inner),
    ].join(""),
  };
}

/** The widest text of the ticks of y, so that planes can agree on their left margin. */
export function tickWidth(y: AxisSpec, height: number): number {
  const { ticks } = axisOf(y, [height, 0], Math.max(2, Math.floor(height / 32)));
  return Math.max(0, ...ticks.map(({ text }) => textWidth(text, 12)));
}

/** An axis with as many ticks as have room for their texts. */
function roomyAxis(spec: AxisSpec, { left, width }: Box): Axis {
  const pixels = [left, left + width] as const;
  for (let count = Math.max(2, Math.floor(width / 45)); count > 1; count--) {
    const axis = axisOf(spec, pixels, count);
    if (hasRoom(axis)) return axis;
  }
  const axis = axisOf(spec, pixels, 2);
  const kept: Axis["ticks"][number][] = [];
  for (const tick of axis.ticks) {
    if (hasRoom({ ...axis, ticks: [...kept, tick] })) kept.push(tick);
  }
  return { ...axis, ticks: kept };
}

function hasRoom({ ticks, at }: Axis): boolean {
  return ticks.slice(1).every(({ value, text }, index) => {
    const before = ticks[index] as Axis["ticks"][number];
    const need = (textWidth(text, 12) + textWidth(before.text, 12)) / 2 + 8;
    return Math.abs(at(value) - at(before.value)) >= need;
  });
}

function gridOf(y: Axis, { left, width }: Box): string {
  const d = y.ticks.map(({ value }) => `M${round(left)} ${round(y.at(value))}h${round(width)}`);
  return element("path", { d: d.join(""), ...stroked(faint) });
}

function xTexts(x: Axis, { left, top, width, height }: Box): string[] {
  const bottom = top + height;
  const ticks = x.ticks.map(({ value }) => `M${round(x.at(value))} ${round(bottom)}v${tickLength}`);
  const axis = `M${round(left)} ${round(bottom)}h${round(width)}`;
  return [
    element("path", { d: axis + ticks.join(""), fill: "none", ...stroked(quiet) }),
    ...x.ticks.map(({ value, text }) =>
      label(x.at(value), bottom + 18, text, { anchor: "middle", ink: quiet }),
    ),
    label(left + width / 2, bottom + 36, x.title, { anchor: "middle", ink: quiet }),
  ];
}

function yTexts(y: Axis, { left }: Box): string[] {
  const ticks = y.ticks.map(({ value }) => `M${round(left)} ${round(y.at(value))}h${-tickLength}`);
  return [
    element("path", { d: ticks.join(""), fill: "none", ...stroked(quiet) }),
    ...y.ticks.map(({ value, text }) =>
      label(left - tickLength - 3, y.at(value) + 4, text, { anchor: "end", ink: quiet }),
    ),
  ];
}

const round = (value: number) => Math.round(10 * value) / 10;
