import { scaleLinear } from "d3-scale";
import { element, label } from "./svg.ts";

/** A colour for each value of a span, in steps. */
export interface Colours {
  readonly span: readonly [low: number, high: number];
  readonly steps: number;
  /** The step of a value, and the colour of a step. */
  readonly stepOf: (value: number) => number;
  readonly colourOf: (step: number) => string;
}

/** Stops of colours at equal distances. */
export const scales = {
  /** For values from 0: white to dark blue. */
  sequential: ["#ffffff", "#d6e6f4", "#9cc8e2", "#4f9bcb", "#1c6cb1", "#08306b"],
  /** For values of both signs, with 0 in the middle. */
  diverging: ["#08457e", "#0072b2", "#9cc8e2", "#ffffff", "#f6b48f", "#d55e00", "#7f3000"],
} as const;

/** Colours in steps between two values. */
export function colours(
  kind: keyof typeof scales,
  [low, high]: readonly [number, number],
  steps = 21,
): Colours {
  const stops = scales[kind];
  const domain = stops.map((_, i) => (i / (stops.length - 1)) * (steps - 1));
  const colour = scaleLinear<string>(domain, stops);
  const stepOf = (value: number) => {
    const at = Math.floor(((value - low) / (high - low)) * steps);
    return Math.min(steps - 1, Math.max(0, at));
  };
  return { span: [low, high], steps, stepOf, colourOf: (step) => colour(step) };
}

/** Where a map of values lies. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A matrix of values [rows, columns] as coloured cells, the first row on top. Equal neighbours in a row
 * are one stroke and each colour is one path, so that the picture stays small.
 */
export function heat(
  values: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  { stepOf, colourOf }: Colours,
  { left, top, width, height }: Place,
): string {
  const strokes = new Map<number, string>();
  for (let row = 0; row < rows; row++) {
    const step = (column: number) => stepOf(values[row * columns + column] as number);
    for (let from = 0; from < columns; ) {
      const own = step(from);
      let to = from + 1;
      while (to < columns && step(to) === own) to++;
      strokes.set(own, `${strokes.get(own) ?? ""}M${from} ${row}h${to - from}`);
      from = to;
    }
  }
  const [x, y] = [width / columns, height / rows].map((size) => Number(size.toFixed(4)));
  const transform = `translate(${left} ${top}) scale(${x} ${y}) translate(0 .5)`;
  const drawn = [...strokes].map(([step, d]) => element("path", { d, stroke: colourOf(step) }));
  return element("g", { transform, "shape-rendering": "crispEdges", fill: "none" }, ...drawn);
}

/** The key of a map: its colours with numbers at both ends and between. */
export function key(scale: Colours, place: Place, show: (value: number) => string): string {
  const { left, top, width, height } = place;
  const [low, high] = scale.span;
  const steps = Array.from(
    { length: scale.steps },
    (_, i) => high - ((i + 0.5) / scale.steps) * (high - low),
  );
  const numbers = [low, (low + high) / 2, high].map((value) => {
    const y = top + height * (1 - (value - low) / (high - low));
    return label(left + width + 6, y + 4, show(value), { "text-anchor": "start" });
  });
  const frame = element("rect", { ...place, x: left, y: top, fill: "none", stroke: "#666" });
  return [heat(steps, [scale.steps, 1], scale, place), frame, ...numbers].join("");
}
