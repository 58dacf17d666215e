import type { Box } from "../plot/box.ts";
import { element } from "../svg/element.ts";
import { stroked } from "../svg/ink.ts";
import type { ValueScale } from "./scale.ts";

/** A matrix of numbers, row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
}

/**
 * Draws a matrix as coloured cells, the first row on top. Equal neighbours in a row are one stroke and each colour is one path, so
 * that the picture stays small. A value that is no number leaves its cell empty.
 */
export function drawCells({ rows, columns, values }: Matrix, scale: ValueScale, box: Box): string {
  const { colours, shareOf } = scale;
  const strokes = new Map<number, string>();
  const stepAt = (row: number, column: number) => {
    const share = shareOf(values[row * columns + column] as number);
    return Number.isNaN(share) ? -1 : colours.stepOf(share);
  };
  for (let row = 0; row < rows; row++) {
    for (let from = 0; from < columns; ) {
      const own = stepAt(row, from);
      let to = from + 1;
      while (to < columns && stepAt(row, to) === own) to++;
      if (own >= 0) strokes.set(own, `${strokes.get(own) ?? ""}M${from} ${row}h${to - from}`);
      from = to;
    }
  }
  const [x, y] = [box.width / columns, box.height / rows].map((size) => Number(size.toFixed(5)));
  const transform = `translate(${round(box.left)} ${round(box.top)}) scale(${x} ${y}) translate(0 .5)`;
  const drawn = [...strokes]
    .sort(([a], [b]) => a - b)
    .map(([step, d]) =>
      element("path", { d, ...stroked(colours.of((step + 0.5) / colours.steps)) }),
    );
  return element("g", { transform, "shape-rendering": "crispEdges", fill: "none" }, ...drawn);
}

const round = (value: number) => Math.round(10 * value) / 10;
