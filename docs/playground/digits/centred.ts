import { pixels } from "./load.ts";

const side = 28;
/** The longer side of a digit in MNIST, in pixels. */
const inner = 20;

/**
 * Puts a drawing into the form of MNIST: the ink is scaled to 20 pixels on its longer side, and its centre of mass is put into the
 * middle of 28×28 pixels.
 *
 * @param ink - The drawing in rows, ink from 0 to 1.
 * @param width - Its width; the height follows.
 * @returns The image, 784 values from 0 to 1; all 0 without ink.
 */
export function centred(ink: ArrayLike<number>, width: number): Float32Array {
  const image = new Float32Array(pixels);
  const box = boxOf(ink, width);
  if (box === null) return image;
  const { left, top, right, bottom } = box;
  const zoom = Math.max(right - left, bottom - top) / inner;
  const [middleX, middleY] = massOf(ink, width);
  const mean = (x: number, y: number) => meanInk(ink, width, { x, y, zoom });
  const shift = side / 2;
  for (let i = 0; i < pixels; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    image[i] = mean(middleX + (x - shift) * zoom, middleY + (y - shift) * zoom);
  }
  return image;
}

/** The smallest box that has all ink; null without ink. */
function boxOf(ink: ArrayLike<number>, width: number) {
  let box: { left: number; top: number; right: number; bottom: number } | null = null;
  for (let i = 0; i < ink.length; i++) {
    if ((ink[i] as number) < 0.1) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    box ??= { left: x, top: y, right: x + 1, bottom: y + 1 };
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x + 1);
    box.bottom = y + 1;
  }
  return box;
}

/** The centre of the ink's mass. */
function massOf(ink: ArrayLike<number>, width: number): readonly [x: number, y: number] {
  let [sum, x, y] = [0, 0, 0];
  for (let i = 0; i < ink.length; i++) {
    const own = ink[i] as number;
    sum += own;
    x += own * ((i % width) + 0.5);
    y += own * (Math.floor(i / width) + 0.5);
  }
  return [x / sum, y / sum];
}

/** The mean of the ink in a square of the side `zoom`, or of one pixel where that is smaller. */
function meanInk(
  ink: ArrayLike<number>,
  width: number,
  { x, y, zoom }: { readonly x: number; readonly y: number; readonly zoom: number },
): number {
  const height = ink.length / width;
  const count = Math.max(1, Math.round(zoom));
  let sum = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const [px, py] = [
        Math.floor(x + ((i + 0.5) * zoom) / count),
        Math.floor(y + ((j + 0.5) * zoom) / count),
      ];
      if (px >= 0 && px < width && py >= 0 && py < height) sum += ink[py * width + px] as number;
    }
  }
  return Math.min(1, sum / count ** 2);
}
