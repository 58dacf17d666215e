import { encode } from "fast-png";

/** Red, green and blue, 0 … 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A place in pixels from the upper left corner; the first pixel reaches from 0 to 1. */
export type Point = readonly [x: number, y: number];

/** A picture of pixels. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3]. */
  readonly bytes: Uint8Array;
}

/** A rectangle of whole pixels. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What is filled with a colour. */
export interface Shape {
  readonly place: Place;
  /** How far a point is outside of it, in pixels; negative within. */
  readonly outside: (x: number, y: number) => number;
}

/** A light ground, on which every colour is seen whatever the page's is. */
export const ground: Colour = [250, 250, 248];

/** What ends a picture, and lies between those of a grid. */
export const edge: Colour = [214, 216, 220];

/**
 * A picture of one colour.
 * @param width - In pixels.
 * @param height - In pixels.
 * @param colour - A light one by default.
 * @returns the picture, to draw on
 */
export function raster(width: number, height: number, colour: Colour = ground): Raster {
  const bytes = Uint8Array.from({ length: 3 * width * height }, (_, i) => colour[i % 3] as number);
  return { width, height, bytes };
}

/** The bytes of a picture as a PNG file. */
export function png({ width, height, bytes }: Raster): Uint8Array {
  return encode({ width, height, data: bytes, channels: 3, depth: 8 }, { zlib: { level: 9 } });
}

/** All pixels of a picture. */
export function whole({ width, height }: Raster): Place {
  return { left: 0, top: 0, width, height };
}

/** The colour of a pixel. */
export function pixel({ width, bytes }: Raster, column: number, row: number): Colour {
  const at = 3 * (row * width + column);
  return [bytes[at] as number, bytes[at + 1] as number, bytes[at + 2] as number];
}

/** One colour and a share, 0 … 1, of another. */
export function mixed(one: Colour, other: Colour, share: number): Colour {
  const of = (k: 0 | 1 | 2) => Math.round((1 - share) * one[k] + share * other[k]);
  return [of(0), of(1), of(2)];
}

/**
 * Colours the pixels of a place one by one.
 * @param on - The picture; what lies outside of it is left out.
 * @param place - Which pixels.
 * @param colourAt - The colour of a pixel, counted from the corner of the place; null leaves it as it is.
 */
export function fill(
  on: Raster,
  { left, top, width, height }: Place,
  colourAt: (column: number, row: number) => Colour | null,
): void {
  for (let row = Math.max(0, -top); row < Math.min(height, on.height - top); row++) {
    for (let column = Math.max(0, -left); column < Math.min(width, on.width - left); column++) {
      const colour = colourAt(column, row);
      if (colour !== null) on.bytes.set(colour, 3 * ((top + row) * on.width + left + column));
    }
  }
}

/** Draws a line along the edge of a picture, which is one pixel wide. */
export function frame(on: Raster): void {
  const [right, bottom] = [on.width - 1, on.height - 1];
  const isEdge = (x: number, y: number) => x === 0 || y === 0 || x === right || y === bottom;
  fill(on, whole(on), (column, row) => (isEdge(column, row) ? edge : null));
}

/**
 * Fills a shape with a colour. Pixels at its edge get a share of it.
 * @param on - The picture.
 * @param shape - What is filled; parts outside of the picture are left out.
 * @param colour - With which it is filled.
 */
export function paint(on: Raster, { place, outside }: Shape, colour: Colour): void {
  fill(on, place, (column, row) => {
    const [x, y] = [place.left + column, place.top + row];
    const share = Math.min(1, Math.max(0, 0.5 - outside(x + 0.5, y + 0.5)));
    return share === 0 ? null : mixed(pixel(on, x, y), colour, share);
  });
}

/**
 * A matrix of values as a map of colours.
 * @param on - The picture.
 * @param place - Where the map lies.
 * @param values - [rows, columns], the first row on top.
 * @param shape - Rows and columns; each cell is as many pixels as the place has for it.
 * @param colourOf - The colour of a value, as from `colourScale`.
 */
export function heat(
  on: Raster,
  place: Place,
  values: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  colourOf: (value: number) => Colour,
): void {
  fill(on, place, (column, row) => {
    const [i, j] = [(row * rows) / place.height, (column * columns) / place.width].map(Math.floor);
    return colourOf(values[(i as number) * columns + (j as number)] as number);
  });
}

/** How a grid of images is laid out. */
export interface GridOptions {
  /** Images beside each other. */
  readonly columns: number;
  /** Pixels of the picture for a pixel of an image, along each side; 1 by default. */
  readonly scale?: number;
  /** Pixels between images and around them; 2 by default. */
  readonly gap?: number;
}

/** No ink, and all of it. */
const [paper, ink]: readonly [Colour, Colour] = [
  [255, 255, 255],
  [16, 24, 48],
];

/**
 * A picture of square images.
 * @param images - The ink of each, 0 … 1, row by row.
 * @param options - `columns`, `scale`, `gap`.
 * @returns the images in rows
 */
export function imageGrid(
  images: readonly ArrayLike<number>[],
  { columns, scale = 1, gap = 2 }: GridOptions,
): Raster {
  const side = Math.sqrt(images[0]?.length ?? 0);
  const step = scale * side + gap;
  const rows = Math.ceil(images.length / columns);
  const on = raster(columns * step + gap, rows * step + gap, edge);
  for (const [k, image] of images.entries()) {
    const left = gap + step * (k % columns);
    const top = gap + step * Math.floor(k / columns);
    const place = { left, top, width: scale * side, height: scale * side };
    heat(on, place, image, [side, side], (value) => mixed(paper, ink, value));
  }
  return on;
}
