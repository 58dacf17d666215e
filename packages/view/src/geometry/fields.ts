import { line } from "d3-shape";
import { drawCells, type Matrix } from "../heat/cells.ts";
import { drawKey, keyWidth } from "../heat/key.ts";
import type { ValueScale } from "../heat/scale.ts";
import type { Span } from "../plot/box.ts";
import { type Plane, planeOf, tickWidth } from "../plot/plane.ts";
import { margin, sheetWidth } from "../plot/sheet.ts";
import { drawMark, type SeriesStyle, styleOf } from "../plot/style.ts";
import { element } from "../svg/element.ts";
import { paper, quiet, stroked } from "../svg/ink.ts";
import { label, lines } from "../text/label.ts";
import { textWidth } from "../text/widths.ts";

/** A place in a plane. */
export type PlanePoint = readonly [x: number, y: number];

/** Values over a part of a plane, with paths and places in it. */
export interface Field {
  readonly name: string;
  readonly x: {
    readonly title: string;
    readonly range: Span;
    /** The values that have ticks, with their texts; round numbers by default. */
    readonly values?: readonly number[];
    readonly texts?: readonly string[];
  };
  readonly y: { readonly title: string; readonly range: Span };
  /** The first row is at the highest y. */
  readonly matrix: Matrix;
  readonly paths: readonly (readonly [label: string, points: readonly PlanePoint[]])[];
  readonly marks: readonly (readonly [label: string, at: PlanePoint])[];
}

const [gap, most] = [20, 340];

/** Lays out fields in columns, with the key of their values and of their paths at the right. */
export function layFields(
  fields: readonly Field[],
  scale: ValueScale,
  quantity: string,
  columns: number,
  top: number,
) {
  const names = [...new Set(fields.flatMap(({ paths }) => paths.map(([name]) => name)))];
  const marked = [...new Set(fields.flatMap(({ marks }) => marks.map(([name]) => name)))];
  const entries = [...names, ...marked];
  const widest = Math.max(0, ...entries.map((name) => 26 + textWidth(name, 12)));
  const key = Math.min(190, Math.max(keyWidth(scale, quantity), widest + 4));
  const left = Math.max(...fields.map(({ y }) => tickWidth(specOf(y), 200))) + 14;
  const room = sheetWidth - 2 * margin - key - columns * gap;
  const width = Math.min(most + left, room / columns);
  const heading = fields.some(({ name }) => name !== "") ? 18 : 0;
  const inner = width - left;
  const height = inner + heading + 68;
  const rows = Math.ceil(fields.length / columns);
  const keyLeft = margin + columns * (width + gap);
  const keyBox = { left: keyLeft, top: top + heading, width: key, height: 190 };
  const style = (name: string) => styleOf(entries.indexOf(name));
  const draw = (prefix: string) => {
    const planes = fields.map((field, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      const outer = {
        left: margin + column * (width + gap),
        top: top + row * (height + 8),
        width,
        height,
      };
      const spec = { outer, x: specOf(field.x), y: specOf(field.y), right: 0, grid: false };
      const name = field.name === "" && heading > 0 ? " " : field.name;
      const plane = planeOf({ ...spec, left: left - 10, heading: name });
      return drawField(field, plane, scale, style, `${prefix}-${at}`);
    });
    const legend = drawLegend(names, marked, style, {
      left: keyLeft,
      top: keyBox.top + keyBox.height + 30,
      width: key,
    });
    return [...planes, drawKey(scale, quantity, keyBox), legend.drawn].join("");
  };
  const below = drawLegend(names, marked, style, { left: 0, top: 0, width: key }).height;
  const keyBottom = keyBox.top + keyBox.height + (entries.length > 0 ? 30 + below : 8);
  return { bottom: Math.max(top + rows * (height + 8) - 8, keyBottom), draw };
}

const specOf = ({ range, ...more }: Field["x"]) => ({ ...more, domain: range });

function drawField(
  { matrix, paths, marks }: Field,
  plane: Plane,
  scale: ValueScale,
  style: (name: string) => SeriesStyle,
  id: string,
): string {
  const { left, top, width, height } = plane.inner;
  const frame = { x: left, y: top, width, height };
  const clip = element("clipPath", { id }, element("rect", frame));
  const path = line<PlanePoint>(
    ([x]) => plane.x.at(x),
    ([, y]) => plane.y.at(y),
  )
    .defined((point) => point.every(Number.isFinite))
    .digits(1);
  const drawn = paths.map(([name, points]) => {
    const { ink, dash } = style(name);
    const common = { d: path([...points]) ?? "", fill: "none", "stroke-linejoin": "round" };
    const look = { "stroke-width": 2, "stroke-dasharray": dash, "data-series": name };
    return {
      // A margin of paper, so that the line is seen on any colour.
      edge: element("path", { ...common, ...stroked(paper), "stroke-width": 4.5 }),
      line: element("path", { ...common, ...stroked(ink), ...look }),
    };
  });
  // Where paths meet, the dashes of the later ones let the earlier ones through.
  const strokes = [...drawn.map(({ edge }) => edge), ...drawn.map((one) => one.line)];
  const places = marks.map(([name, [x, y]]) =>
    drawMark(style(name), plane.x.at(x), plane.y.at(y), 70),
  );
  return [
    clip,
    drawCells(matrix, scale, plane.inner),
    element("g", { "clip-path": `url(#${id})` }, ...strokes, ...places),
    element("rect", { ...frame, fill: "none", ...stroked(quiet) }),
    plane.above,
  ].join("");
}

/** The names of paths and places below each other, each with its line or mark. */
function drawLegend(
  paths: readonly string[],
  marks: readonly string[],
  style: (name: string) => SeriesStyle,
  { left, top, width }: { readonly left: number; readonly top: number; readonly width: number },
) {
  let y = top;
  const drawn = [...paths, ...marks].map((name, at) => {
    const { ink, dash } = style(name);
    const texts = lines(name, width - 26);
    const from = y;
    y += 16 * texts.length + 4;
    const sample =
      at < paths.length
        ? element("path", {
            d: `M${round(left)} ${round(from - 4)}h20`,
            ...stroked(ink),
            "stroke-width": 2,
            "stroke-dasharray": dash,
          })
        : drawMark(style(name), left + 10, from - 4, 70);
    const written = texts.map((text, row) => {
      const attributes = row === 0 ? { "data-end": name } : {};
      return label(left + 26, from + 16 * row, text, { ink, attributes });
    });
    return sample + written.join("");
  });
  return { drawn: drawn.join(""), height: y - top };
}

const round = (value: number) => Math.round(10 * value) / 10;
