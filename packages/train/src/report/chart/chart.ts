import type { Recording } from "../record.ts";
import { layoutOf } from "./layout.ts";
import { legend } from "./legend.ts";
import { colourOf } from "./palette.ts";
import { panel } from "./panel.ts";
import { xAxis, yAxis } from "./quantities.ts";
import { type Series, seriesOf } from "./series.ts";
import { element, escaped } from "./svg.ts";

/**
 * Options of {@link chart}.
 *
 * @category Train: files and reports
 */
export interface ChartOptions {
  /** The line above the chart; none by default. */
  readonly title?: string;
  /**
   * The optimizers in the order of their colours, so that each has the same colour in all charts. By default the
   * order is that of the runs.
   */
  readonly optimizers?: readonly string[];
  /** The ranges of the axes, by architecture. By default an axis shows as much as the runs need. */
  readonly ranges?: Readonly<Record<string, AxisRanges>>;
}

/**
 * The lowest and the highest value that the axes of an architecture show. An axis with a range has a linear scale.
 *
 * @category Train: files and reports
 */
export interface AxisRanges {
  /**
   * The range of the training cost, with the L2 term; by default as much as the runs need, on a logarithmic scale.
   */
  readonly trainCost?: readonly [from: number, to: number];
  /** The range of the validation accuracy, within [0, 1]; by default as much as the later epochs of the runs need. */
  readonly validAccuracy?: readonly [from: number, to: number];
}

const quantities = ["trainCost", "validAccuracy"] as const;
const abscissae = ["epoch", "seconds"] as const;

/**
 * Draws runs as an SVG picture in the style of Sun and Nielsen (2017, figure 4).
 *
 * For each architecture it shows the training cost with the L2 term and the validation accuracy, against epochs and
 * against seconds of training. Each optimizer has one colour. Repeats with other seeds become a line at their mean,
 * with a band from the lowest to the highest value.
 *
 * @param recording - The runs.
 * @param options - The title, the order of the colours, and the ranges of the axes.
 * @returns The text of the SVG file.
 * @nothrow
 * @category Train: files and reports
 */
export function chart({ runs }: Recording, options: ChartOptions = {}): string {
  const archs = distinct(runs.map(({ arch }) => arch));
  const shown = distinct(runs.map(({ optimizer }) => optimizer));
  const optimizers = distinct([...(options.optimizers ?? []), ...shown]);
  const colour = (optimizer: string) => colourOf(optimizers.indexOf(optimizer));
  const layout = layoutOf(archs.length, quantities.length, archs.length > 1);
  const blocks = archs.length === 0 ? [""] : archs;
  const panels = blocks.flatMap((arch, block) =>
    quantities.flatMap((quantity, row) => {
      const series = seriesOf(
        runs.filter((run) => run.arch === arch),
        quantity,
      );
      return abscissae.map((abscissa, column) => {
        const box = layout.box(block, row, column);
        const x = xAxis(abscissa, series, [box.left, box.left + box.width]);
        const range = options.ranges?.[arch]?.[quantity];
        const y = yAxis(quantity, series, [box.top + box.height, box.top], range);
        const curves = series.map((one) => curveOf(one, abscissa, colour(one.optimizer)));
        const id = `panel${block}${row}${column}`;
        return panel({ id, box, x, y, curves, scaled: column === 0 });
      });
    }),
  );
  const { width, height } = layout;
  const middle = { "text-anchor": "middle" };
  const entries = shown.map((text) => ({ text, colour: colour(text) }));
  const body = [
    element("rect", { width, height, fill: "#fff" }),
    element(
      "text",
      { x: width / 2, y: 30, ...middle, "font-size": 17 },
      escaped(options.title ?? ""),
    ),
    legend(entries, width / 2, 62),
    ...layout.heads.map((place, block) =>
      element(
        "text",
        { ...place, ...middle, "font-weight": "bold" },
        archs.length > 1 ? escaped(archs[block] ?? "") : "",
      ),
    ),
    ...panels,
  ];
  const frame = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    "font-family": "Helvetica, Arial, sans-serif",
    "font-size": 14,
    fill: "#333",
  };
  const title = element("title", {}, escaped(options.title ?? "training cost and accuracy"));
  return `${element("svg", frame, title, ...body)}\n`;
}

function curveOf({ points, repeats }: Series, abscissa: "epoch" | "seconds", colour: string) {
  const placed = points.map((point) => ({ ...point, x: point[abscissa] }));
  return { colour, points: placed, band: repeats > 1, marks: points.length <= 12 };
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
