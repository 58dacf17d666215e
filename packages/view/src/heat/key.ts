import type { Box } from "../plot/box.ts";
import { element } from "../svg/element.ts";
import { quiet, stroked } from "../svg/ink.ts";
import { label, lines } from "../text/label.ts";
import { textWidth } from "../text/widths.ts";
import { drawCells } from "./cells.ts";
import type { ValueScale } from "./scale.ts";

const bar = 14;

/** The width that the key of a scale needs, with its title above it. */
export function keyWidth({ ticks }: ValueScale, title: string): number {
  const widest = Math.max(0, ...ticks.map(({ text }) => textWidth(text, 12)));
  const words = title.split(/\s+/).map((word) => textWidth(word, 12));
  return Math.max(bar + 10 + widest, ...words, 70) + 4;
}

/** Draws the key of a scale: its colours with round values beside them, and a title above. */
export function drawKey(
  scale: ValueScale,
  title: string,
  { left, top, width, height }: Box,
): string {
  const titles = lines(title, width);
  const from = top + 16 * titles.length + 6;
  const box = { left, top: from, width: bar, height: top + height - from };
  const { steps } = scale.colours;
  const shares = Array.from({ length: steps }, (_, at) => 1 - (at + 0.5) / steps);
  const same = { ...scale, shareOf: (share: number) => share };
  const frame = { x: left, y: from, width: bar, height: box.height };
  let free = Number.POSITIVE_INFINITY;
  const ticks = scale.ticks.flatMap(({ share, text }) => {
    const y = from + (1 - share) * box.height;
    if (free - y < 14) return [];
    free = y;
    return [
      element("path", { d: `M${round(left + bar)} ${round(y)}h4`, ...stroked(quiet) }),
      label(left + bar + 8, y + 4, text, { ink: quiet }),
    ];
  });
  return [
    ...titles.map((text, at) => label(left, top + 10 + 16 * at, text, { ink: quiet })),
    drawCells({ rows: steps, columns: 1, values: shares }, same, box),
    element("rect", { ...frame, fill: "none", ...stroked(quiet) }),
    ...ticks,
  ].join("");
}

const round = (value: number) => Math.round(10 * value) / 10;
