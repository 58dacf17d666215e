import type { Recording } from "../record.ts";
import { type Axis, linearAxis, logAxis, type Span } from "./axis.ts";
import { type Entry, legend } from "./legend.ts";
import { colourOf, dashOf } from "./palette.ts";
import { type Box, type Curve, panel } from "./panel.ts";
import { type Point, type Quantity, type Series, seriesOf } from "./series.ts";
import { element, escaped } from "./svg.ts";

/** What a chart may be told. */
export interface ChartOptions {
  /** A line above it; none by default. */
  readonly title?: string;
  /** Optimizers in the order of their colours, so that each keeps its own in all charts. */
  readonly optimizers?: readonly string[];
}

const width = 900;
const height = 690;
const panelWidth = 358;
const panelHeight = 235;
const columns = [78, 78 + panelWidth + 88] as const;
const rows = [92, 92 + panelHeight + 68] as const;

/**
 * The runs as a picture in the style of Sun and Nielsen (2017, figure 4): training cost with the L2
 * term and validation accuracy, against epochs and against seconds of training. One colour per
 * optimizer, one dash pattern per architecture; repeats are a mean and a band from lowest to highest.
 * Returns SVG.
 */
export function chart({ runs }: Recording, options: ChartOptions = {}): string {
  const archs = distinct(runs.map(({ arch }) => arch));
  const shown = distinct(runs.map(({ optimizer }) => optimizer));
  const optimizers = distinct([...(options.optimizers ?? []), ...shown]);
  const style = ({ arch, optimizer }: Series) => ({
    colour: colourOf(optimizers.indexOf(optimizer)),
    dash: dashOf(archs.indexOf(arch)),
  });
  const quantities = ["trainCost", "validAccuracy"] as const;
  const panels = quantities.flatMap((quantity, row) => {
    const series = seriesOf(runs, quantity);
    return (["epoch", "seconds"] as const).map((against, column) => {
      const box: Box = {
        left: columns[column] as number,
        top: rows[row] as number,
        width: panelWidth,
        height: panelHeight,
      };
      const curves = series.map((one) => curveOf(one, against, style(one)));
      const y = yAxis(quantity, series, [box.top + box.height, box.top]);
      const x = xAxis(against, series, [box.left, box.left + box.width]);
      return panel({ id: `panel${row}${column}`, box, x, y, curves });
    });
  });
  const entries: Entry[] = [
    ...shown.map((text) => ({ text, colour: colourOf(optimizers.indexOf(text)) })),
    ...(archs.length < 2
      ? []
      : archs.map((text, index) => ({ text, colour: "#444", dash: dashOf(index) }))),
  ];
  const heading = { x: width / 2, y: 30, "text-anchor": "middle", "font-size": 16 };
  const sheet = { width, height, fill: "#fff" };
  const body = [
    element("rect", sheet),
    options.title === undefined ? "" : element("text", heading, escaped(options.title)),
    legend(entries, width / 2, 62),
    ...panels,
  ];
  const frame = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    "font-family": "Helvetica, Arial, sans-serif",
    "font-size": 13,
    fill: "#333",
  };
  return `${element("svg", frame, ...body)}\n`;
}

function curveOf(
  { points, repeats }: Series,
  against: "epoch" | "seconds",
  style: Pick<Curve, "colour" | "dash">,
): Curve {
  const placed = points.map((point) => ({ ...point, x: point[against] }));
  return { ...style, points: placed, band: repeats > 1, marks: points.length <= 12 };
}

function xAxis(against: "epoch" | "seconds", series: readonly Series[], pixels: Span): Axis {
  const values = series.flatMap(({ points }) => points.map((point) => point[against]));
  const high = Math.max(1e-3, ...values);
  if (against === "epoch") {
    const first = Math.min(high, ...values);
    const margin = Math.max(0.2, 0.03 * (high - first));
    const count = Math.min(high - first + 1, 8);
    return linearAxis("epochs", [first - margin, high + margin], pixels, count);
  }
  const low = Math.min(high / 2, ...values);
  // Optimizers differ by factors in the time of a step.
  if (high > 12 * low) return logAxis("seconds of training", [low * 0.8, high * 1.15], pixels, 7);
  return linearAxis("seconds of training", [0, high * 1.02], pixels, 6);
}

function yAxis(quantity: Quantity, series: readonly Series[], pixels: Span): Axis {
  const points = series.flatMap((one) => one.points);
  if (quantity === "trainCost") {
    const [low, high] = extent(points, [0.1, 1]);
    return logAxis("training cost (with L2)", [low / 1.08, high * 1.08], pixels, 8);
  }
  // The first epochs are cut off where they would hide the differences of the later ones.
  const late = series.flatMap((one) => one.points.slice(Math.floor(one.points.length / 3)));
  const [low, high] = extent(late, [0, 1]);
  const margin = Math.max(1e-3, 0.08 * (high - low));
  return linearAxis(
    "validation accuracy",
    [Math.max(0, low - margin), Math.min(1, high + margin)],
    pixels,
    6,
  );
}

/** The lowest and the highest value; the other span where there are none. */
function extent(points: readonly Point[], otherwise: Span): Span {
  if (points.length === 0) return otherwise;
  return [Math.min(...points.map(({ low }) => low)), Math.max(...points.map(({ high }) => high))];
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
