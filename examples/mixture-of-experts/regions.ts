import { type Tensor, tensor, uniformStream } from "metrigrad";

/** Slopes and offset of the response in every quadrant of the plane. */
const planes = [
  [3, 0, 1],
  [0, -3, 0],
  [-2, 2, -1],
  [1, 3, 2],
] as const;

/** How many regions there are. */
export const regions = planes.length;

/** Standard deviation of the noise. */
const noise = 0.1;

/** Points with their responses. */
export interface Points {
  /** [rows, 2], uniform in [−1, 1)². */
  readonly x: Tensor;
  /** [rows, 1], linear in x within a quadrant, with jumps between quadrants, and noise. */
  readonly y: Tensor;
  /** The quadrant of each, 0 … 3. */
  readonly region: readonly number[];
}

/** Points of a batch, a function of seed and number. */
export function points(rows: number, seed: number, batch: number): Points {
  const stream = uniformStream({ seed, path: `examples/regions/${batch}` });
  const x = Float32Array.from({ length: 2 * rows }, (_, i) => 2 * stream.uniform(i) - 1);
  const at = (i: number) => [x[2 * i] as number, x[2 * i + 1] as number] as const;
  const region = Array.from(
    { length: rows },
    (_, i) => Number(at(i)[0] > 0) + 2 * Number(at(i)[1] > 0),
  );
  const y = Float32Array.from(region, (quadrant, i) => {
    const [a, b, c] = planes[quadrant] as (typeof planes)[number];
    return a * at(i)[0] + b * at(i)[1] + c + noise * stream.normal(2 * rows + i);
  });
  return { x: tensor(x, { shape: [rows, 2] }), y: tensor(y, { shape: [rows, 1] }), region };
}
