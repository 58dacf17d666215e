import { dataSet, mnist, type Tensor, tensor } from "metrigrad";

/** Which digits, and how large their pictures are. */
export interface DigitImagesOptions {
  /** Training images; those of validation come on top, at most 70,000 in all. */
  readonly rows: number;
  /** Validation images. */
  readonly valid: number;
  readonly seed: number;
  /** Pixels per side, 28 at least; what is above 28 is a margin without ink. 28 by default. */
  readonly side?: number;
}

const own = 28;

/** MNIST as pictures u8 [n, 1, side, side], ink 0 … 255 read as 0 … 1, of ten classes. */
export async function digitImages({ rows, valid, seed, side = own }: DigitImagesOptions) {
  const digits = await mnist({ seed, split: [rows, valid, 0] });
  const part = ({ inputs, targets }: { inputs: Tensor; targets: Tensor }) => ({
    inputs: widened(inputs, side),
    targets,
  });
  return dataSet({
    name: "mnist",
    train: part(digits.train),
    valid: part(digits.valid),
    inputScale: 1 / 255,
    classes: 10,
  });
}

/** Rows [n, 784] as [n, 1, side, side] with the digit in the middle. */
function widened(images: Tensor, side: number): Tensor {
  const [n = 0] = images.shape;
  const [from, to] = [images.data(), new Uint8Array(n * side * side)];
  const margin = Math.floor((side - own) / 2);
  for (let line = 0; line < n * own; line++) {
    const [row, y] = [Math.floor(line / own), line % own];
    for (let x = 0; x < own; x++) {
      to[(row * side + y + margin) * side + x + margin] = from[line * own + x] as number;
    }
  }
  return tensor(to, { shape: [n, 1, side, side] });
}
