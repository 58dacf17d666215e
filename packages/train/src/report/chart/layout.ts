import type { Box } from "./panel.ts";

/** The places of the panels of a chart. Each architecture has a block of two columns, and each quantity a row. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The middle and top of each block, for its name. */
  readonly heads: readonly { readonly x: number; readonly y: number }[];
  /** The panel of a block, a row and a column. */
  box(block: number, row: number, column: number): Box;
}

const left = 72;
const right = 16;
const between = 14;
const top = 84;
const panelHeight = 225;
const below = 58;

/** Returns a layout for a number of blocks, with or without names above them. */
export function layoutOf(blocks: number, rows: number, named: boolean): Layout {
  const count = Math.max(1, blocks);
  const panelWidth = count === 1 ? 380 : 240;
  const blockWidth = left + 2 * panelWidth + between;
  const head = named ? 28 : 0;
  const from = (block: number) => block * blockWidth + left;
  return {
    width: count * blockWidth + right,
    height: top + head + rows * (panelHeight + below) - 8,
    heads: Array.from({ length: blocks }, (_, block) => ({
      x: from(block) + panelWidth + between / 2,
      y: top + 12,
    })),
    box: (block, row, column) => ({
      left: from(block) + column * (panelWidth + between),
      top: top + head + row * (panelHeight + below),
      width: panelWidth,
      height: panelHeight,
    }),
  };
}
