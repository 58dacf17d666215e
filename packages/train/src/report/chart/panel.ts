import { area, curveLinear, line } from "d3-shape";
import type { Axis } from "./axis.ts";
import { element } from "./svg.ts";

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A line with a band around it. */
export interface Curve {
  readonly colour: string;
  readonly points: readonly {
    readonly x: number;
    readonly mean: number;
    readonly low: number;
    readonly high: number;
  }[];
  /** Whether to draw the band from low to high. */
  readonly band: boolean;
  /** Whether to mark the points. */
  readonly marks: boolean;
}

/** What a panel shows. */
export interface Panel {
  readonly id: string;
  readonly box: Box;
  readonly x: Axis;
  readonly y: Axis;
  readonly curves: readonly Curve[];
  /** Whether the y axis has numbers and a title. Without them those of the panel beside it are valid. */
  readonly scaled: boolean;
}

const grey = "#666";

/** Draws axes, grid and curves. Parts of curves outside of the axes are cut off. */
export function panel({ id, box, x, y, curves, scaled }: Panel): string {
  const { left, top, width, height } = box;
  const frame = { x: left, y: top, width, height };
  const clip = element("clipPath", { id }, element("rect", frame));
  const inside = { "clip-path": `url(#${id})` };
  const drawn = curves.map((curve) => drawCurve(curve, x, y));
  return element(
    "g",
    {},
    clip,
    ...grid(box, x, y),
    element("g", inside, ...drawn.map(({ band }) => band)),
    element("g", inside, ...drawn.map(({ stroke }) => stroke)),
    ...xLabels(box, x),
    ...(scaled ? yLabels(box, y) : []),
  );
}

function grid({ left, top, width, height }: Box, x: Axis, y: Axis): string[] {
  const right = left + width;
  const bottom = top + height;
  const rule = (x1: number, y1: number, x2: number, y2: number, stroke: string) =>
    element("line", { x1, y1, x2, y2, stroke });
  return [
    ...x.ticks.map(({ value }) => rule(x.at(value), top, x.at(value), bottom, "#eee")),
    ...y.ticks.map(({ value }) => rule(left, y.at(value), right, y.at(value), "#eee")),
    rule(left, bottom, right, bottom, grey),
    rule(left, top, left, bottom, grey),
    ...x.ticks.map(({ value }) => rule(x.at(value), bottom, x.at(value), bottom + 4, grey)),
    ...y.ticks.map(({ value }) => rule(left - 4, y.at(value), left, y.at(value), grey)),
  ];
}

function xLabels({ left, top, width, height }: Box, x: Axis): string[] {
  const bottom = top + height;
  const across = { "text-anchor": "middle" };
  return [
    ...x.ticks.map(({ value, text }) =>
      element("text", { x: x.at(value), y: bottom + 19, ...across }, text),
    ),
    element("text", { x: left + width / 2, y: bottom + 39, ...across }, x.title),
  ];
}

function yLabels({ left, top, height }: Box, y: Axis): string[] {
  const turned = `translate(${left - 56} ${top + height / 2}) rotate(-90)`;
  return [
    ...y.ticks.map(({ value, text }) =>
      element("text", { x: left - 8, y: y.at(value) + 5, "text-anchor": "end" }, text),
    ),
    element("text", { transform: turned, "text-anchor": "middle" }, y.title),
  ];
}

function drawCurve(
  { colour, points, band, marks }: Curve,
  x: Axis,
  y: Axis,
): { readonly band: string; readonly stroke: string } {
  type P = Curve["points"][number];
  const path = line<P>(
    (p) => x.at(p.x),
    (p) => y.at(p.mean),
  ).curve(curveLinear);
  const around = area<P>(
    (p) => x.at(p.x),
    (p) => y.at(p.low),
    (p) => y.at(p.high),
  );
  const stroke = { fill: "none", stroke: colour, "stroke-width": 2, "stroke-linejoin": "round" };
  const dots = points.map((p) =>
    element("circle", {
      cx: x.at(p.x),
      cy: y.at(p.mean),
      r: 2.6,
      fill: colour,
      stroke: colour,
      "stroke-width": 1.5,
    }),
  );
  return {
    band: band
      ? element("path", { d: around([...points]) ?? "", fill: colour, opacity: 0.15 })
      : "",
    stroke: [
      element("path", { d: path([...points]) ?? "", ...stroke }),
      ...(marks ? dots : []),
    ].join(""),
  };
}
