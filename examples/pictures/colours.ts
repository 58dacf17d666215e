import { type Colour, edge, mixed } from "./raster.ts";

/** The colour of a code such as #0072B2. */
function coloured(code: string): Colour {
  const part = (at: number) => Number.parseInt(code.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}

/** Stops of colours at equal distances. */
const scales = {
  /** For values from 0: white to dark blue. */
  sequential: ["#ffffff", "#d6e6f4", "#9cc8e2", "#4f9bcb", "#1c6cb1", "#08306b"],
  /** For values of both signs, with 0 in the middle. */
  diverging: ["#08457e", "#0072b2", "#9cc8e2", "#ffffff", "#f6b48f", "#d55e00", "#7f3000"],
} as const;

/** Colours that one can tell apart without seeing red or green (Okabe and Ito 2008), and what lines and marks have. */
export const colours = {
  blue: coloured("#0072B2"),
  vermilion: coloured("#D55E00"),
  green: coloured("#009E73"),
  orange: coloured("#E69F00"),
  pink: coloured("#CC79A7"),
  sky: coloured("#56B4E9"),
  dark: coloured("#22262E"),
  grey: coloured("#8A8F98"),
  light: edge,
  white: coloured("#FFFFFF"),
};

/**
 * A colour for each value of a span, in equal steps, so that a map shows lines of equal values.
 * @param kind - "sequential" for values from 0 on, "diverging" for values of both signs.
 * @param span - The lowest and the highest value; what lies beyond has their colours.
 * @param steps - How many colours; with an odd number of them 0 lies in the middle of one, in a span such as [−1, 1].
 * @returns the colour of a value
 */
export function colourScale(
  kind: keyof typeof scales,
  [low, high]: readonly [number, number],
  steps = 21,
): (value: number) => Colour {
  const stops = scales[kind].map(coloured);
  const last = stops.length - 1;
  return (value) => {
    const step = Math.floor(((value - low) / (high - low)) * steps);
    const at = (last * Math.min(steps - 1, Math.max(0, step))) / (steps - 1);
    const from = Math.min(last - 1, Math.floor(at));
    return mixed(stops[from] as Colour, stops[from + 1] as Colour, at - from);
  };
}
