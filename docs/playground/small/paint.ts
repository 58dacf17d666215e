import { color } from "d3-color";

/** Red, green and blue, from 0 to 255. */
type Rgb = readonly [number, number, number];

/** The colours of the page, as numbers: they differ in light and dark. */
export interface Paints {
  readonly ground: Rgb;
  readonly ink: Rgb;
  readonly first: Rgb;
  readonly second: Rgb;
}

/** Reads the colours of the page. */
export function paintsOfPage(): Paints {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): Rgb => {
    const { r, g, b } = color(style.getPropertyValue(name).trim())?.rgb() ?? { r: 0, g: 0, b: 0 };
    return [r, g, b];
  };
  return { ground: read("--card"), ink: read("--ink"), first: read("--s0"), second: read("--s1") };
}

function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  const part = Math.min(1, Math.max(0, share));
  return [0, 1, 2].map(
    (i) => (from[i] as number) + part * ((to[i] as number) - (from[i] as number)),
  ) as unknown as Rgb;
}

/** The colour of a value in [−1, 1]: the ground at 0, the first colour at 1, the second at −1. */
export function signed({ ground, first, second }: Paints, value: number): Rgb {
  return mixed(ground, value < 0 ? second : first, Math.abs(value));
}

/** Fills a canvas with square cells, row by row; `smooth` blurs their edges. */
export function paintCells(
  canvas: HTMLCanvasElement,
  columns: number,
  rows: number,
  colourAt: (cell: number) => Rgb,
  smooth = false,
): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const image = new ImageData(columns, rows);
  for (let i = 0; i < columns * rows; i++) image.data.set([...colourAt(i), 255], 4 * i);
  const small = new OffscreenCanvas(columns, rows);
  small.getContext("2d")?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = smooth;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
}
