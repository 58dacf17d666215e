import { readFileSync } from "node:fs";
import { convertIndexedToRgb, type DecodedPng, decode } from "fast-png";
import { DataError } from "metrigrad";

/** A picture in memory. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1 for grey, 3 for red, green and blue. */
  readonly channels: 1 | 3;
  /** [channels, height, width], 0 … 255. */
  readonly values: Uint8Array;
}

/**
 * The picture of a PNG file of any depth, grey, of colours or of a palette. What is transparent becomes black.
 * @throws DataError, which names the file, for what is no PNG
 */
export function readPng(path: string): Picture {
  let image: DecodedPng;
  try {
    image = decode(readFileSync(path), { checkCrc: true });
  } catch (error) {
    throw new DataError({
      where: `readPng(${path})`,
      must: "the file must be a whole PNG picture",
      got: error instanceof Error ? error.message : String(error),
      todo: "write the picture again as PNG, or take it out of the folder",
    });
  }
  const { width, height } = image;
  const { values, stride } = bytesOf(image);
  const channels = stride < 3 ? 1 : 3;
  const alpha = stride % 2 === 0 ? stride - 1 : null;
  const planes = new Uint8Array(channels * width * height);
  for (let at = 0; at < width * height; at++) {
    const opaque = alpha === null ? 255 : (values[stride * at + alpha] as number);
    for (let c = 0; c < channels; c++) {
      planes[c * width * height + at] = ((values[stride * at + c] as number) * opaque) / 255;
    }
  }
  return { width, height, channels, values: planes };
}

/** Values 0 … 255 with the channels of a pixel together, `stride` of them. */
function bytesOf(image: DecodedPng): { values: ArrayLike<number>; stride: number } {
  const { width, height, depth, channels, data, palette } = image;
  if (palette !== undefined) {
    return { values: convertIndexedToRgb(image), stride: palette[0]?.length ?? 3 };
  }
  if (depth === 8) return { values: data, stride: channels };
  if (depth === 16) return { values: data.map((value) => value >> 8), stride: channels };
  // Grey of 1, 2 or 4 bits: pixels share bytes, and each line begins with a byte of its own.
  const line = Math.ceil((width * depth) / 8);
  const most = 2 ** depth - 1;
  const values = Uint8Array.from({ length: width * height }, (_, at) => {
    const bit = (at % width) * depth;
    const byte = data[Math.floor(at / width) * line + (bit >> 3)] as number;
    return (255 * ((byte >> (8 - depth - (bit & 7))) & most)) / most;
  });
  return { values, stride: 1 };
}
