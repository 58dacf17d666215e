import type { Picture } from "./readPng.ts";

/** What pictures are brought to. */
export interface Format {
  readonly channels: 1 | 3;
  /** Pixels per side. */
  readonly side: number;
}

/** The shares of red, green and blue in grey (ITU-R BT.601). */
const luma = [0.299, 0.587, 0.114] as const;

/** The middle square of a picture, each pixel the mean of what it covers: [channels, side, side], 0 … 255. */
export function fitPicture(picture: Picture, { channels, side }: Format): Uint8Array {
  const { width, height, values } = picture;
  const square = Math.min(width, height);
  const [left, top] = [(width - square) / 2, (height - square) / 2];
  const columns = covers(left, square, side);
  const lines = covers(top, square, side);
  const plane = width * height;
  const area = (square / side) ** 2;
  const result = new Uint8Array(channels * side * side);
  const mean = (channel: number, y: number, x: number) => {
    let sum = 0;
    for (const [line, high] of lines[y] as Cover) {
      for (const [column, wide] of columns[x] as Cover) {
        sum += high * wide * (values[channel * plane + line * width + column] as number);
      }
    }
    return sum / area;
  };
  for (let c = 0; c < channels; c++) {
    for (let at = 0; at < side * side; at++) {
      const [y, x] = [Math.floor(at / side), at % side];
      const grey = picture.channels === 3 && channels === 1;
      const value = grey
        ? luma.reduce((sum, share, from) => sum + share * mean(from, y, x), 0)
        : mean(picture.channels === 1 ? 0 : c, y, x);
      result[c * side * side + at] = Math.round(value);
    }
  }
  return result;
}

/** Old pixels that a new one lies over, and how much of each. */
type Cover = readonly (readonly [pixel: number, share: number])[];

function covers(from: number, length: number, side: number): Cover[] {
  return Array.from({ length: side }, (_, at) => {
    const [start, end] = [from + (length * at) / side, from + (length * (at + 1)) / side];
    const first = Math.floor(start);
    return Array.from({ length: Math.ceil(end - 1e-9) - first }, (_, i) => {
      const pixel = first + i;
      return [pixel, Math.min(end, pixel + 1) - Math.max(start, pixel)] as const;
    });
  });
}
