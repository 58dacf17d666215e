import { scaleLog } from "d3-scale";
import { area, line } from "d3-shape";
import type { PdeProblem } from "./problems.ts";
import { errorAt, quartiles, type Racer } from "./tables.ts";

const [width, height] = [800, 440];
const box = { left: 64, right: 590, top: 44, bottom: 392 };
/** Lines that can be told apart without their colours. */
const styles = [
  { colour: "#000000", dash: "" },
  { colour: "#B8860B", dash: "7 4" },
  { colour: "#0072B2", dash: "" },
  { colour: "#A0456F", dash: "7 4" },
  { colour: "#666666", dash: "2 3" },
  { colour: "#007A5A", dash: "7 4" },
  { colour: "#5B3FA8", dash: "2 3" },
  { colour: "#C8400C", dash: "" },
];

interface Place {
  readonly at: number;
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

/** The relative error of every method by second, both in equal factors: median and quartiles of its seeds. SVG. */
export function pdeChart(racers: readonly Racer[], { name, seconds }: PdeProblem): string {
  const curves = racers.map((racer) => ({ ...racer, places: placesOf(racer, seconds) }));
  const errors = curves.flatMap(({ places }) => places.flatMap(({ low, high }) => [low, high]));
  const x = scaleLog([earliest(seconds), seconds], [box.left, box.right]);
  const bounds = [Math.min(...errors) / 1.5, Math.min(2, Math.max(...errors) * 1.5)];
  const y = scaleLog(bounds, [box.bottom, box.top]).clamp(true);
  const xAxis = x
    .ticks()
    .filter(isDecade)
    .map((tick) => {
      const at = round(x(tick));
      return `<path d="M${at},${box.top}V${box.bottom}" stroke="#e4e4e4"/><text x="${at}" y="${box.bottom + 18}" text-anchor="middle">${tick}</text>`;
    });
  const yAxis = y
    .ticks()
    .filter(isDecade)
    .map((tick) => {
      const at = round(y(tick));
      return `<path d="M${box.left},${at}H${box.right}" stroke="#e4e4e4"/><text x="${box.left - 6}" y="${at + 4}" text-anchor="end">1e${Math.round(Math.log10(tick))}</text>`;
    });
  const path = line<Place>(
    ({ at }) => round(x(at)),
    ({ middle }) => round(y(middle)),
  );
  const band = area<Place>(
    ({ at }) => round(x(at)),
    ({ low }) => round(y(low)),
    ({ high }) => round(y(high)),
  );
  const ends = apart(curves.map(({ places }) => y(places.at(-1)?.middle ?? 1)));
  const drawn = curves.map(({ name, places }, k) => {
    const { colour, dash } = styles[k % styles.length] as (typeof styles)[number];
    const end = round(y(places.at(-1)?.middle ?? 1));
    const to = round(ends[k] as number);
    const stroke = `fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"`;
    return [
      `<path d="${band(places)}" fill="${colour}" fill-opacity="0.15"/>`,
      `<path d="${path(places)}" ${stroke}/>`,
      `<path d="M${box.right},${end}L${box.right + 14},${to}h8" fill="none" stroke="${colour}"/>`,
      `<text x="${box.right + 26}" y="${to + 4}" fill="${colour}">${name}</text>`,
    ].join("");
  });
  const text = 'font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#333"';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${text}>`,
    `<title>Relative error by second: ${name}</title>`,
    `<desc>Median and quartiles over seeds of the relative L2 error of each method against seconds of steps, both axes logarithmic.</desc>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${box.left}" y="22" font-size="14">Relative L2 error: median, quartiles of ${countOf(racers)} seeds</text>`,
    ...xAxis,
    ...yAxis,
    ...drawn,
    `<path d="M${box.left},${box.top}V${box.bottom}H${box.right}" fill="none" stroke="#666"/>`,
    `<text x="${(box.left + box.right) / 2}" y="${box.bottom + 38}" text-anchor="middle">seconds of steps, one thread</text>`,
    "</svg>\n",
  ].join("");
}

const earliest = (seconds: number) => seconds / 300;

/** Median and quartiles at times in equal factors, from where all runs have an error. */
function placesOf({ runs }: Racer, seconds: number): Place[] {
  const count = 150;
  return Array.from({ length: count + 1 }, (_, k) => {
    const at = earliest(seconds) * (seconds / earliest(seconds)) ** (k / count);
    const errors = runs.map(({ marks }) => errorAt(marks, 0, at));
    if (!errors.every((error) => error !== undefined && error > 0)) return [];
    const [low, middle, high] = quartiles(errors as number[]);
    return [{ at, low, middle, high }];
  }).flat();
}

/** Places of labels, moved until there are 18 between each two. */
function apart(wanted: readonly number[]): number[] {
  const order = wanted
    .map((_, k) => k)
    .sort((a, b) => (wanted[a] as number) - (wanted[b] as number));
  const placed = order.map((k) => wanted[k] as number);
  for (let at = 1; at < placed.length; at++) {
    placed[at] = Math.max(placed[at] as number, (placed[at - 1] as number) + 18);
  }
  const over = Math.max(0, (placed.at(-1) ?? 0) - box.bottom);
  for (let at = placed.length - 1; at >= 0 && over > 0; at--) {
    const below = at === placed.length - 1 ? box.bottom : (placed[at + 1] as number) - 18;
    placed[at] = Math.min(placed[at] as number, below);
  }
  return wanted.map((_, k) => placed[order.indexOf(k)] as number);
}

const countOf = (racers: readonly Racer[]) =>
  new Set(racers.flatMap(({ runs }) => runs.map(({ seed }) => seed))).size;

const isDecade = (value: number) => Number.isInteger(Math.round(1e6 * Math.log10(value)) / 1e6);

const round = (value: number) => Math.round(10 * value) / 10;
