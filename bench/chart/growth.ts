import { scaleLog } from "d3-scale";
import { line } from "d3-shape";

/** Time against a size. */
export interface GrowthPoint {
  readonly value: number;
  readonly work: number;
  readonly seconds: number;
}

/** One panel: a curve for each variant. */
export interface GrowthPanel {
  readonly title: string;
  readonly curves: readonly { readonly label: string; readonly points: readonly GrowthPoint[] }[];
}

const [width, height, margin, gap] = [380, 260, 60, 46];
const colours = ["#0072B2", "#D55E00", "#009E73"];

/** Seconds of a step against sizes, both in equal factors, as SVG; dashed: as the arithmetic grows. */
export function growthChart(panels: readonly GrowthPanel[]): string {
  const drawn = panels.map((panel, at) => {
    const left = (at % 2) * (width + margin) + margin;
    const top = Math.floor(at / 2) * (height + margin + gap) + gap;
    return `<g transform="translate(${left} ${top})">${draw(panel)}</g>`;
  });
  const full = [2 * (width + margin) + 20, Math.ceil(panels.length / 2) * (height + margin + gap)];
  const size = `width="${full[0]}" height="${full[1]}" viewBox="0 0 ${full[0]} ${full[1]}"`;
  const text = 'font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#333"';
  const sheet = `<rect width="${full[0]}" height="${full[1]}" fill="#fff"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${text}>${sheet}${drawn.join("")}</svg>\n`;
}

function draw({ title, curves }: GrowthPanel): string {
  const points = curves.flatMap((curve) => curve.points);
  const [low, high] = extent(points.map(({ seconds }) => 1000 * seconds));
  const x = scaleLog(extent(points.map(({ value }) => value)), [0, width]);
  const y = scaleLog([low / 1.3, high * 1.3], [height, 0]);
  const path = line<readonly [value: number, milliseconds: number]>(
    ([value]) => x(value),
    ([, milliseconds]) => y(milliseconds),
  );
  const labels = [...new Set(points.map(({ value }) => value))].map(
    (value) => `<text x="${round(x(value))}" y="${height + 18}" ${middle}>${value}</text>`,
  );
  const ticks = y.ticks(4).filter((tick) => /^[125]/.test(tick.toExponential()));
  const rules = ticks.map((tick) => {
    const at = round(y(tick));
    const rule = `<path d="M0,${at}H${width}" stroke="#ddd"/>`;
    return `${rule}<text x="-6" y="${at + 4}" text-anchor="end">${tick}</text>`;
  });
  const strokes = curves.map(({ label, points: own }, at) => {
    const stroke = `fill="none" stroke="${colours[at % colours.length]}" stroke-width="2"`;
    const best = own.reduce((a, b) => (b.seconds / b.work < a.seconds / a.work ? b : a));
    const linear = own.map(
      ({ value, work }) => [value, (1000 * best.seconds * work) / best.work] as const,
    );
    const real = own.map(({ value, seconds }) => [value, 1000 * seconds] as const);
    const legend = `<text x="8" y="${16 + 16 * at}" fill="${colours[at]}">${label}</text>`;
    const dashed = `<path d="${path(linear)}" ${stroke} stroke-dasharray="3 4" opacity="0.6"/>`;
    return `${dashed}<path d="${path(real)}" ${stroke}/>${legend}`;
  });
  const head = `<text x="${width / 2}" y="-10" ${middle} font-size="13">${title}</text>`;
  const unit = `<text x="-6" y="-10" text-anchor="end">ms</text>`;
  const frame = `<path d="M0,0V${height}H${width}" fill="none" stroke="#666"/>`;
  return [head, unit, ...rules, ...labels, frame, ...strokes].join("");
}

const middle = 'text-anchor="middle"';

function extent(values: readonly number[]): [low: number, high: number] {
  return [Math.min(...values), Math.max(...values)];
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
