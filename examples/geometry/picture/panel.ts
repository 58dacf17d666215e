import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { element, label } from "./svg.ts";

/** Lowest and highest value. */
export type Span = readonly [low: number, high: number];

/** One axis of a panel. */
export interface AxisOptions {
  readonly span: Span;
  readonly title?: string;
  /** In equal factors instead of equal steps. */
  readonly log?: boolean;
  /** Whether ticks have numbers; true by default. */
  readonly numbered?: boolean;
  /** About how many ticks; 5 by default. */
  readonly count?: number;
}

/** Where a panel lies, and what it shows. */
export interface PanelOptions {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly title?: string;
  readonly x: AxisOptions;
  readonly y: AxisOptions;
}

/** A rectangle with axes, into which curves and points are drawn. */
export interface Panel extends PanelOptions {
  /** The frame, ticks and titles. */
  readonly frame: string;
  /** A line through points, cut off at the frame. */
  curve(points: readonly Span[], stroke: string, dashes?: string): string;
  /** A dot. */
  dot(point: Span, fill: string, radius?: number): string;
}

const grey = "#666";

/** A panel with axes by d3-scale and lines by d3-shape. */
export function panel(options: PanelOptions): Panel {
  const { left, top, width, height, title = "" } = options;
  const x = axis(options.x, [left, left + width]);
  const y = axis(options.y, [top + height, top]);
  const id = `clip-${left}-${top}`;
  const bottom = top + height;
  const tick = (d: string) => element("path", { d, stroke: grey, fill: "none" });
  const place = { x: left, y: top, width, height };
  const turned = `translate(${left - 44} ${top + height / 2}) rotate(-90)`;
  const frame = [
    element("clipPath", { id }, element("rect", place)),
    element("rect", { ...place, fill: "none", stroke: grey }),
    ...x.ticks.flatMap(({ at, text }) => [
      tick(`M${at} ${bottom}v4`),
      label(at, bottom + 17, text),
    ]),
    ...y.ticks.flatMap(({ at, text }) => [
      tick(`M${left} ${at}h-4`),
      label(left - 7, at + 4, text, { "text-anchor": "end" }),
    ]),
    label(left + width / 2, bottom + 35, options.x.title ?? ""),
    element("text", { transform: turned, "text-anchor": "middle" }, options.y.title ?? ""),
    label(left + width / 2, top - 9, title, { "font-size": 14 }),
  ].join("");
  const path = line<Span>(
    ([value]) => x.at(value),
    ([, value]) => y.at(value),
  ).digits(1);
  return {
    ...options,
    frame,
    curve: (points, stroke, dashes = "none") =>
      element("path", {
        d: path(points) ?? "",
        stroke,
        fill: "none",
        "stroke-width": 2,
        "stroke-dasharray": dashes,
        "clip-path": `url(#${id})`,
      }),
    dot: ([a, b], fill, r = 3.5) => element("circle", { cx: x.at(a), cy: y.at(b), r, fill }),
  };
}

/** Positions and labelled ticks of an axis between two pixels. */
function axis({ span, log = false, numbered = true, count = 5 }: AxisOptions, pixels: Span) {
  const scale = log ? scaleLog(span, pixels) : scaleLinear(span, pixels);
  const show = log ? String : scale.tickFormat(count);
  const kept = log ? roundNumbers(span) : scale.ticks(count);
  const at = (value: number) => Math.round(10 * scale(value)) / 10;
  return {
    at,
    ticks: kept.map((value) => ({ at: at(value), text: numbered ? show(value) : "" })),
  };
}

/** At most seven round numbers in a span, in about equal factors. */
function roundNumbers([low, high]: Span): number[] {
  const first = Math.floor(Math.log10(low));
  const decades = Array.from(
    { length: Math.ceil(Math.log10(high)) - first + 1 },
    (_, i) => first + i,
  );
  const choices = [[1, 2, 5], [1, 3], [1]].map((digits) =>
    decades
      .flatMap((decade) => digits.map((digit) => Number(`${digit}e${decade}`)))
      .filter((value) => value >= low && value <= high),
  );
  return choices.find((choice) => choice.length <= 7) ?? (choices[2] as number[]);
}
