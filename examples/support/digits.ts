import { convert, mnist, type Tensor, tensor, uniformStream } from "metrigrad";

/** Small pictures of digits, with what each shows. */
export interface Digits {
  /** [rows, 64], 1 where there is ink, else 0; 8×8 pixels each. */
  readonly images: Tensor;
  /** i32 [rows], 0 … 9. */
  readonly labels: Tensor;
  /** [rows, 1], radians by which each was turned. */
  readonly angles: Tensor;
}

/** How the pictures are made. */
export interface DigitsOptions {
  readonly rows: number;
  readonly seed: number;
  /** Each digit is turned by up to so many radians, either way; 0 by default. */
  readonly turn?: number;
}

const side = 8;
/** Where the samples of a small pixel lie, in its middle thirds. */
const thirds = [-1, 0, 1].map((step) => step / 3);

/** MNIST in 8×8 pixels of ink or none, turned: a pixel has ink where the mean of nine samples of it is above 0.3. */
export async function digits({ rows, seed, turn = 0 }: DigitsOptions): Promise<Digits> {
  const { train } = await mnist({ seed, split: [rows, 0, 0] });
  const from = convert(train.inputs, "f32").data();
  const stream = uniformStream({ seed, path: "examples/digits" });
  const angles = Float32Array.from({ length: rows }, (_, i) => turn * (2 * stream.uniform(i) - 1));
  const images = new Float32Array(rows * side * side);
  for (let row = 0; row < rows; row++) {
    const [cos, sin] = [Math.cos(angles[row] as number), Math.sin(angles[row] as number)];
    /** The ink at a point, in small pixels from the middle; a small pixel is three wide. */
    const ink = (x: number, y: number) => {
      const [column, line] = [3 * (cos * x + sin * y) + 13.5, 3 * (cos * y - sin * x) + 13.5];
      const at = 28 * Math.round(line) + Math.round(column);
      const inside = Math.abs(column - 13.5) < 14 && Math.abs(line - 13.5) < 14;
      return inside ? (from[784 * row + at] as number) / 255 : 0;
    };
    for (let i = 0; i < side * side; i++) {
      const [x, y] = [(i % side) - 3.5, Math.floor(i / side) - 3.5];
      const sum = thirds.flatMap((a) => thirds.map((b) => ink(x + a, y + b)));
      images[row * side * side + i] = sum.reduce((a, b) => a + b, 0) > 9 * 0.3 ? 1 : 0;
    }
  }
  return {
    images: tensor(images, { shape: [rows, side * side] }),
    labels: train.targets,
    angles: tensor(angles, { shape: [rows, 1] }),
  };
}
