import { element, escaped } from "./svg.ts";

/** One entry of a legend. */
export interface Entry {
  readonly text: string;
  readonly colour: string;
}

const sample = 28;
const gap = 26;
/** Width of a character on average, in pixels. */
const character = 7.7;

/** Draws the entries in one row, centred on x. */
export function legend(entries: readonly Entry[], x: number, y: number): string {
  const widths = entries.map(({ text }) => sample + 8 + character * text.length);
  const whole = widths.reduce((sum, width) => sum + width, 0) + gap * (entries.length - 1);
  let left = x - whole / 2;
  const drawn = entries.map(({ text, colour }, index) => {
    const at = left;
    left += (widths[index] as number) + gap;
    return [
      element("line", {
        x1: at,
        y1: y - 4,
        x2: at + sample,
        y2: y - 4,
        stroke: colour,
        "stroke-width": 2.5,
      }),
      element("text", { x: at + sample + 8, y }, escaped(text)),
    ].join("");
  });
  return element("g", {}, ...drawn);
}
