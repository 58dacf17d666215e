import { checkNames, DataError } from "@metrigrad/tensor";
import type { Box, Span } from "../plot/box.ts";
import { margin, sheet, sheetWidth } from "../plot/sheet.ts";
import { refused } from "../refused.ts";
import { element } from "../svg/element.ts";
import { quiet, stroked } from "../svg/ink.ts";
import { label, shortened } from "../text/label.ts";
import { textWidth } from "../text/widths.ts";
import { drawCells, type Matrix } from "./cells.ts";
import { drawKey, keyWidth } from "./key.ts";
import { type MatrixValues, matricesOf, pooled } from "./matrices.ts";
import { type HeatScale, type ValueScale, valueScale } from "./scale.ts";

/**
 * Rows and columns of a matrix that belong together, such as the parameters of a layer.
 *
 * @category Pictures
 */
export interface HeatGroup {
  /** The name, which stands beside the rows and below the columns. */
  readonly name: string;
  /** The number of rows, and of columns. */
  readonly size: number;
}

/**
 * Options of {@link heatmap}.
 *
 * @category Pictures
 */
export interface HeatmapOptions {
  /** The line above the picture; none by default. */
  readonly title?: string;
  /** A sentence below the title; none by default. */
  readonly note?: string;
  /** What the values are, above the key; "value" by default. */
  readonly quantity?: string;
  /** How values become colours; `"linear"` by default. */
  readonly scale?: HeatScale;
  /** The values at the ends of the scale; by default those of the matrices, with 0 in the middle where both signs occur. */
  readonly range?: readonly [from: number, to: number];
  /** Rows and columns that belong together, from the first on; lines divide them. None by default. */
  readonly groups?: readonly HeatGroup[];
}

const names = [
  "title",
  "note",
  "quantity",
  "scale",
  "range",
  "groups",
] as const satisfies readonly (keyof HeatmapOptions)[];

/**
 * Draws matrices as coloured cells with the key of their values, such as the block of a metric.
 *
 * Several matrices share one scale. A matrix with more than 240 rows or columns is drawn in larger cells, each with its value
 * of largest size; the picture says so. A value that is no number is an empty cell.
 *
 * {@includeCode ../../../../examples/api/view/heatmap.ts#example}
 *
 * @param values - A matrix [rows, columns], matrices [k, rows, columns] as a block's `toMatrices()` returns them, or matrices by name.
 * @param options - The title, the scale and the groups.
 * @returns The text of an SVG file, 830 pixels wide.
 * @throws {@link DataError} if the values are no matrices of numbers, for groups that do not add up to the rows and columns,
 *   and for options that are not valid.
 * @category Pictures
 */
export function heatmap(
  values: MatrixValues | Readonly<Record<string, MatrixValues>>,
  options: HeatmapOptions = {},
): string {
  checkNames("heatmap", options, names, DataError);
  const all = matricesOf("heatmap", values);
  const { title, note, quantity = "value", scale: kind = "linear", range, groups = [] } = options;
  for (const [, matrix] of all) checkGroups(groups, matrix);
  const every = all.flatMap(([, matrix]) => Array.from(matrix.values));
  const scale = valueScale("heatmap", every, kind, range as Span | undefined);
  const cells = all.map(([name, matrix]) => ({ name, full: matrix, ...pooled(matrix) }));
  const by = Math.max(...cells.map((one) => one.by));
  const odd = every.filter((value) => Number.isNaN(scale.shareOf(value))).length;
  const notes = [
    ...(note === undefined ? [] : [note]),
    ...(by > 1 ? [`A cell shows the value of largest size of ${by} × ${by}.`] : []),
    ...(odd > 0 ? [`${odd} value${odd === 1 ? " is" : "s are"} not on the scale: empty.`] : []),
  ];
  const sizes = all.map(([name, one]) => `${name} ${one.rows} × ${one.columns}`.trim());
  return sheet({
    heading: title,
    note: notes.join(" "),
    title: title ?? `Heat map of ${quantity}`,
    description: `Cells of ${quantity} from ${scale.ticks[0]?.text} to ${scale.ticks.at(-1)?.text}: ${sizes.join(", ")}.`,
    content: ({ top }) => layOut(cells, scale, quantity, groups, top),
  });
}

function checkGroups(groups: readonly HeatGroup[], { rows, columns }: Matrix): void {
  if (groups.length === 0) return;
  const sum = groups.reduce((all, { size }) => all + size, 0);
  if (rows === columns && sum === rows && groups.every(({ size }) => size > 0)) return;
  throw refused(
    "heatmap",
    "the sizes of groups must add up to the rows and columns of each matrix",
    `${sum} for [${rows}, ${columns}]`,
    "correct them, or leave groups out",
  );
}

interface Cells {
  readonly name: string;
  readonly full: Matrix;
  readonly matrix: Matrix;
}

const gap = 18;

function layOut(
  all: readonly Cells[],
  scale: ValueScale,
  quantity: string,
  groups: readonly HeatGroup[],
  top: number,
) {
  const key = keyWidth(scale, quantity);
  const side = Math.max(0, ...groups.map(({ name }) => textWidth(name, 12)));
  const beside = side === 0 ? 0 : side + 8;
  const columns = Math.min(all.length, all.length <= 3 ? 3 : 4);
  const room = sheetWidth - 2 * margin - key - gap - beside;
  const width = Math.min(420, (room - (columns - 1) * gap) / columns);
  const named = all.some(({ name }) => name !== "") ? 20 : 4;
  const below = groups.length === 0 ? 8 : 26;
  let y = top;
  const boxes: Box[] = [];
  for (let from = 0; from < all.length; from += columns) {
    const row = all.slice(from, from + columns);
    const heights = row.map(({ full }) => {
      return Math.min(1.4 * width, Math.max(24, (width * full.rows) / full.columns));
    });
    row.forEach((_, at) => {
      const left = margin + beside + at * (width + gap);
      boxes.push({ left, top: y + named, width, height: heights[at] ?? width });
    });
    y += named + Math.max(...heights) + below;
  }
  const [first] = boxes;
  const keyHeight = Math.max(120, Math.min(220, (first?.height ?? 0) + named));
  const keyBox = {
    left: margin + beside + columns * (width + gap),
    top: top + (named > 4 ? 2 : 0),
    width: key,
    height: keyHeight,
  };
  const draw = () =>
    [
      ...all.map(({ name, matrix }, at) => {
        const box = boxes[at] as Box;
        const { left, top: from, width: across, height } = box;
        const frame = { x: left, y: from, width: across, height, fill: "none" };
        return [
          label(left, from - 7, shortened(name, across / 1.1), { weight: "bold" }),
          drawCells(matrix, scale, box),
          groupLines(groups, box),
          element("rect", { ...frame, ...stroked(quiet) }),
          groupNames(groups, box, at % columns === 0),
        ].join("");
      }),
      drawKey(scale, quantity, keyBox),
    ].join("");
  return { bottom: Math.max(y, keyBox.top + keyHeight + 8), draw };
}

/** Where each group begins, as a share of the side. */
function startsOf(groups: readonly HeatGroup[]): number[] {
  const sum = groups.reduce((all, { size }) => all + size, 0);
  let from = 0;
  return groups.map(({ size }) => {
    from += size;
    return (from - size) / sum;
  });
}

function groupLines(groups: readonly HeatGroup[], { left, top, width, height }: Box): string {
  const d = startsOf(groups)
    .slice(1)
    .map((share) => {
      const [x, y] = [round(left + share * width), round(top + share * height)];
      return `M${x} ${round(top)}v${round(height)}M${round(left)} ${y}h${round(width)}`;
    });
  if (d.length === 0) return "";
  return element("path", { d: d.join(""), ...stroked(quiet), "stroke-dasharray": "2 3" });
}

function groupNames(
  groups: readonly HeatGroup[],
  { left, top, width, height }: Box,
  beside: boolean,
): string {
  const starts = startsOf(groups);
  let [freeX, freeY] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return groups
    .map(({ name }, at) => {
      const middle = ((starts[at] ?? 0) + (starts[at + 1] ?? 1)) / 2;
      const [x, y] = [left + middle * width, top + middle * height + 4];
      const half = textWidth(name, 12) / 2;
      const fitsX = x - half >= freeX && x - half >= left - 4;
      const fitsY = y - 14 >= freeY;
      if (fitsX) freeX = x + half + 6;
      if (fitsY) freeY = y;
      return [
        fitsX ? label(x, top + height + 17, name, { anchor: "middle", ink: quiet }) : "",
        beside && fitsY ? label(left - 8, y, name, { anchor: "end", ink: quiet }) : "",
      ].join("");
    })
    .join("");
}

const round = (value: number) => Math.round(10 * value) / 10;
