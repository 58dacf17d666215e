import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { escaped } from "./dom.ts";
import { showNumber } from "./number.ts";

/** A point of a line. */
export type Place = readonly [x: number, y: number];

/** One line of a plot. */
export interface PlotLine {
  readonly name: string;
  /** Which of the numbered colours and dashes it has. */
  readonly style: number;
  readonly points: readonly Place[];
}

/** An axis of a plot. */
export interface PlotAxis {
  readonly title: string;
  readonly domain: readonly [number, number];
  readonly log?: boolean;
  /** How a tick is written. */
  readonly show?: (value: number) => string;
}

/** What a plot shows, and how large it is, in pixels of the page. */
export interface PlotSpec {
  readonly width: number;
  readonly height: number;
  /** What it is, for those who do not see it. */
  readonly label: string;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  readonly lines: readonly PlotLine[];
  /** Whether lines have their names at their ends; true by default. */
  readonly named?: boolean;
}

/** Dashes by style, so that a line is known without its colour. */
export const dashes = ["", "7 4", "2 3", "9 3 2 3", "12 4", "4 2", "5 3", "14 3 3 3", "6 2 1 2"];

const letter = 6.6;
const lineHeight = 15;

/** Draws lines over two axes, each with its name at its end, as the text of an SVG element. */
export function plot(spec: PlotSpec): string {
  const { width, height, lines, named = true } = spec;
  const right = named ? 16 + letter * Math.max(0, ...lines.map(({ name }) => name.length)) : 12;
  const box = { left: 52, right: width - right, top: 24, bottom: height - 40 };
  const x = scaleOf(spec.x, [box.left, box.right]);
  const y = scaleOf(spec.y, [box.bottom, box.top]);
  const ticksX = ticksOf(spec.x, Math.max(2, (box.right - box.left) / 90));
  const ticksY = ticksOf(spec.y, Math.max(2, (box.bottom - box.top) / 45));
  const gridX = ticksX.map((tick) => `M${x(tick).toFixed(1)} ${box.bottom}v5`);
  const gridY = ticksY.map((tick) => `M${box.left} ${y(tick).toFixed(1)}H${box.right}`);
  const marksX = ticksX.map((tick) =>
    text(x(tick), box.bottom + 18, showTick(spec.x, tick), "middle", "axis"),
  );
  const marksY = ticksY.map((tick) =>
    text(box.left - 7, y(tick) + 4, showTick(spec.y, tick), "end", "axis"),
  );
  const titles = [
    text((box.left + box.right) / 2, height - 4, spec.x.title, "middle", "axis"),
    text(0, 12, spec.y.title, "start", "axis"),
  ];
  const curves = lines.map((one) => curve(one, spec, x, y));
  const names = named ? endNames(lines, spec, x, y, box) : [];
  const frame = `<path class="grid" d="${[...gridX, ...gridY].join("")}"/>`;
  return `<svg class="plot" role="img" aria-label="${escaped(spec.label)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${[frame, ...marksX, ...marksY, ...titles, ...curves, ...names].join("")}</svg>`;
}

type Scale = (value: number) => number;

function scaleOf({ domain, log = false }: PlotAxis, range: readonly [number, number]): Scale {
  const scale = (log ? scaleLog() : scaleLinear()).domain(domain).range(range).clamp(true);
  return (value) => scale(value) as number;
}

/** Places of ticks. On a logarithmic axis they are powers of ten, as many as fit, or 1, 2 and 5 times these if there are few. */
function ticksOf({ domain: [low, high], log = false }: PlotAxis, count: number): number[] {
  if (!log) return scaleLinear().domain([low, high]).ticks(Math.min(count, 8));
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((to - from + 1) / count));
  const powers = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
  if (powers.length > 2) return powers.filter((p) => (p - to) % every === 0).map((p) => 10 ** p);
  const between = Array.from({ length: to - from + 3 }, (_, i) => 10 ** (from - 1 + i));
  return between
    .flatMap((one) => [one, 2 * one, 5 * one])
    .filter((tick) => tick >= low && tick <= high);
}

function showTick({ show, log = false }: PlotAxis, value: number): string {
  if (show !== undefined) return show(value);
  const exponent = Math.round(Math.log10(Math.abs(value)));
  if (log && Math.abs(value / 10 ** exponent - 1) < 1e-9 && Math.abs(exponent) > 2)
    return `1e${exponent}`;
  return showNumber(value, 3);
}

const isShown = ([px, py]: Place, { x, y }: PlotSpec) =>
  Number.isFinite(py) && (!y.log || py > 0) && (!x.log || px > 0);

function curve({ points, style }: PlotLine, spec: PlotSpec, x: Scale, y: Scale): string {
  const path = line<Place>(
    ([px]) => x(px),
    ([, py]) => y(py),
  )
    .defined((place) => isShown(place, spec))
    .digits(1);
  const dash = dashes[style % dashes.length];
  return `<path class="curve" style="stroke:var(--s${style % 9})"${dash === "" ? "" : ` stroke-dasharray="${dash}"`} d="${path(points) ?? ""}"/>`;
}

/** The names of lines at their ends, pushed apart where they would overlap. */
function endNames(
  lines: readonly PlotLine[],
  spec: PlotSpec,
  x: Scale,
  y: Scale,
  box: { readonly right: number; readonly top: number; readonly bottom: number },
): string[] {
  const ends = lines
    .flatMap(({ name, style, points }) => {
      const last = points.findLast((place) => isShown(place, spec));
      if (last === undefined) return [];
      return [{ name, style, at: y(last[1]), wanted: y(last[1]), from: x(last[0]) }];
    })
    .sort((a, b) => a.wanted - b.wanted);
  for (const [i, end] of ends.entries()) {
    const above = ends[i - 1];
    if (above !== undefined) end.at = Math.max(end.at, above.at + lineHeight);
  }
  const over = Math.max(0, (ends.at(-1)?.at ?? 0) - box.bottom);
  for (const end of ends.toReversed()) end.at -= over;
  for (const [i, end] of [...ends.entries()].toReversed()) {
    const below = ends[i + 1];
    if (below !== undefined) end.at = Math.min(end.at, below.at - lineHeight);
  }
  return ends.map(({ name, style, at, wanted, from }) => {
    const colour = `style="fill:var(--s${style % 9})"`;
    const dot = `<circle cx="${from.toFixed(1)}" cy="${wanted.toFixed(1)}" r="3" ${colour}/>`;
    return `${dot}<text class="halo" x="${(from + 8).toFixed(1)}" y="${(at + 4).toFixed(1)}" ${colour}>${escaped(name)}</text>`;
  });
}

function text(x: number, y: number, content: string, anchor: string, kind: string): string {
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

/** The lowest and the highest of some values; the other span if there are none. */
export function spanOf(
  values: readonly number[],
  otherwise: readonly [number, number],
): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : otherwise;
}
