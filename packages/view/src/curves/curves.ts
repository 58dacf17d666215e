import {
  drawLines,
  isInside,
  type Line,
  type LinePoint,
  nameHeight,
  namesWidth,
} from "../plot/lines.ts";
import { planeOf, tickWidth } from "../plot/plane.ts";
import { margin, sheet, sheetWidth } from "../plot/sheet.ts";
import { styleOf } from "../plot/style.ts";
import type { Attributes } from "../svg/element.ts";
import { acrossSpec, isLog, upSpec } from "./axes.ts";
import { type CurveOptions, checkCurveOptions } from "./options.ts";
import {
  type CurveQuantity,
  type Measured,
  measured,
  usualPlaces,
  usualQuantities,
} from "./quantities.ts";
import { type CurveRecords, type Track, tracksOf } from "./records.ts";
import { type Group, groupsOf, linePoints, type Together } from "./series.ts";

/** What one panel shows. */
interface PanelContent {
  readonly heading: string;
  readonly x: ReturnType<typeof acrossSpec>;
  readonly y: ReturnType<typeof upSpec>;
  readonly lines: readonly Line[];
}

/**
 * Draws quantities along runs as lines, in one panel or several.
 *
 * Records with one label are repeats of each other: they become one line, with a band whose meaning the picture states. Each
 * line has its name at its end, and a dash and a mark of its own beside its colour. A logarithmic axis says that it is one.
 * The same records give the same text.
 *
 * {@includeCode ../../../../examples/api/view/curves.ts#example}
 *
 * @param records - A recording, its runs, or values along runs under a label.
 * @param options - The quantities, the axes and the title.
 * @returns The text of an SVG file, 830 pixels wide.
 * @throws {@link DataError} if there are no records or they are none, for a quantity that they do not have, and for options
 *   that are not valid.
 * @category Pictures
 */
export function curves(records: CurveRecords, options: CurveOptions = {}): string {
  return drawCurves("curves", records, options, {});
}

/** Draws curves for a function whose name is in the errors. */
export function drawCurves(
  where: string,
  records: CurveRecords,
  options: CurveOptions,
  attributes: Attributes,
  repeats = "seeds",
): string {
  checkCurveOptions(where, options);
  const tracks = tracksOf(where, records);
  const { quantities = usualQuantities(tracks), by = usualPlaces(tracks) } = options;
  const across = (Array.isArray(by) ? by : [by]) as readonly (string | CurveQuantity)[];
  const [xs, ys] = [across, quantities].map((list) =>
    list.map((one) => measured(where, one, tracks)),
  ) as [Measured[], Measured[]];
  const groups = groupsOf(tracks);
  const panels = [...new Set(groups.map(({ panel }) => panel))];
  const labels = [...new Set([...(options.order ?? []), ...groups.map(({ label }) => label)])];
  const together = { centre: options.centre ?? "median", band: options.band ?? "range" } as const;
  // Panels of one quantity have one kind of axis.
  const sameAxis = (one: Measured) => ({ ...one, log: isLog(one, valuesOf(tracks, one)) });
  const [columnsOf, rowsOf] = [xs.map(sameAxis), ys.map((y) => ({ y, same: sameAxis(y) }))];
  const contents = panels.flatMap((panel) =>
    rowsOf.flatMap(({ y, same }) => {
      const range = options.ranges?.[panel]?.[y.name];
      const own = range === undefined ? same : { ...y, range };
      const here = groups.filter((group) => group.panel === panel);
      const heading = panels.length > 1 ? panel : "";
      return columnsOf.map((x) => contentOf(heading, here, x, own, together, labels));
    }),
  );
  const columns = xs.length > 1 ? xs.length : columnsFor(contents);
  const described = descriptionOf(contents, ys, xs);
  return sheet({
    heading: options.title,
    note: noteOf(groups, together, contents, options.note, repeats),
    title: options.title ?? described.title,
    description: described.description,
    attributes,
    content: ({ top }) => layOut(contents, columns, top, options.height),
  });
}

/** Two columns, or three of short names where this fills a row. */
function columnsFor(contents: readonly PanelContent[]): number {
  const widest = Math.max(...contents.map(({ lines }) => namesWidth(lines)));
  return contents.length % 3 === 0 && widest < 110 ? 3 : Math.min(2, contents.length);
}

function contentOf(
  heading: string,
  groups: readonly Group[],
  x: Measured,
  y: Measured,
  together: Together,
  labels: readonly string[],
): PanelContent {
  const values = groups.flatMap(({ tracks }) => valuesOf(tracks, x));
  const logX = isLog(x, values);
  const lines = groups.map((group) => ({
    name: group.label,
    style: styleOf(labels.indexOf(group.label)),
    points: linePoints(group, x, y, together, logX),
  }));
  const points = lines.flatMap((line) => line.points);
  const measuredHere = groups.flatMap(({ tracks }) => valuesOf(tracks, y));
  const places = points.filter((point) => Number.isFinite(point.y)).map((point) => point.x);
  return {
    heading,
    x: acrossSpec(x, places.length > 0 ? places : values, logX),
    y: upSpec(y, points, isLog(y, measuredHere)),
    lines,
  };
}

const valuesOf = (tracks: readonly Track[], { valueOf }: Measured) =>
  tracks.flatMap(({ points }) => points.map((point) => valueOf(point) ?? Number.NaN));

const between = 22;

function layOut(
  contents: readonly PanelContent[],
  columns: number,
  top: number,
  asked: number | undefined,
) {
  const width = (sheetWidth - 2 * margin - (columns - 1) * between) / columns;
  const usual = asked ?? (columns === 1 ? 380 : 260);
  const rows = Array.from({ length: Math.ceil(contents.length / columns) }, (_, row) =>
    contents.slice(row * columns, (row + 1) * columns),
  );
  let y = top;
  const placed = rows.flatMap((row) => {
    const heads = row.some(({ heading }) => heading !== "") ? 18 : 0;
    const most = Math.max(...row.map(({ lines }) => lines.length));
    const height = Math.max(usual, 68 + heads + most * nameHeight);
    const own = row.map((content, column) => ({
      content,
      box: { left: margin + column * (width + between), top: y, width, height },
    }));
    y += height + 14;
    return own;
  });
  const left = (column: number) =>
    Math.max(
      ...placed
        .filter((_, at) => at % columns === column)
        .map(({ content, box }) => tickWidth(content.y, box.height - 86)),
    );
  const lefts = Array.from({ length: columns }, (_, column) => left(column));
  const draw = (prefix: string) =>
    placed
      .map(({ content: { x, y: up, lines, ...content }, box }, at) => {
        // The panels beside the first one of a row have its name.
        const before = at % columns === 0 ? null : contents[at - 1]?.heading;
        const heading = before === content.heading && before !== "" ? " " : content.heading;
        const right = namesWidth(lines);
        const from = lefts[at % columns] ?? 0;
        const plane = planeOf({ outer: box, heading, x, y: up, right, left: from });
        return plane.below + plane.above + drawLines(lines, plane, `${prefix}-${at}`);
      })
      .join("");
  return { bottom: y - 14, draw };
}

/** Says what lines and bands are, and what is not shown. */
function noteOf(
  groups: readonly Group[],
  { centre, band }: Together,
  contents: readonly PanelContent[],
  more: string | undefined,
  repeats: string,
): string {
  const counts = groups.map(({ tracks }) => tracks.length).sort((a, b) => a - b);
  const [least = 1, most = 1] = [counts[0], counts.at(-1)];
  const seeds = least === most ? `${most} ${repeats}` : `${least} to ${most} ${repeats}`;
  const span = { range: ", min to max", quartiles: ", lower to upper quartile", none: "" }[band];
  const outside = contents.flatMap(outsideOf).length;
  return [
    ...(more === undefined ? [] : [more]),
    ...(most > 1 ? [`Lines${span === "" ? "" : " and bands"}: ${centre}${span} of ${seeds}.`] : []),
    ...(outside > 0
      ? [`${outside} point${outside === 1 ? " lies" : "s lie"} outside of the axes.`]
      : []),
  ].join(" ");
}

function outsideOf({ x, y, lines }: PanelContent): LinePoint[] {
  const plane = planeOf({ outer: { left: 0, top: 0, width: 400, height: 300 }, x, y });
  const usable = ({ x: across, y: up }: LinePoint) =>
    Number.isFinite(up) && (!plane.y.log || up > 0) && (!plane.x.log || across > 0);
  return lines.flatMap(({ points }) =>
    points.filter((point) => usable(point) && !isInside(point, plane)),
  );
}

function descriptionOf(
  contents: readonly PanelContent[],
  ys: readonly Measured[],
  xs: readonly Measured[],
) {
  const of = (list: readonly Measured[]) =>
    [...new Set(list.map(({ title }) => title))].join(" and ");
  const title = `${of(ys)} by ${of(xs)}`;
  const panels = contents.map(({ heading, x, y, lines }) => {
    const ends = lines.map(({ name, points }) => {
      const last = points.findLast((point) => Number.isFinite(point.y));
      return `${name} ${last === undefined ? "has no value" : `ends at ${last.y.toPrecision(3)}`}`;
    });
    return `${heading === "" ? "" : `${heading}: `}${y.title} by ${x.title}: ${ends.join(", ")}.`;
  });
  return { title, description: panels.join(" ") };
}
