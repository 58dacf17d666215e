import { type Tensor, tensor, uniformStream } from "metrigrad";

const modes = 6;
const deviation = 0.1;
const centre = (k: number) => [Math.cos((2 * Math.PI * k) / modes), Math.sin((2 * Math.PI * k) / modes)] as const;

/** Points of a mixture of six normal densities on a circle of radius 1. */
export function ring(rows: number, seed: number, counter: number): Tensor {
  const stream = uniformStream({ seed, path: "examples/ring", counter });
  const values = new Float32Array(2 * rows);
  for (let i = 0; i < rows; i++) {
    const [x, y] = centre(Math.floor(modes * stream.uniform(6 * rows + i)));
    values.set([x + deviation * stream.normal(2 * i), y + deviation * stream.normal(2 * i + 1)], 2 * i);
  }
  return tensor(values, { shape: [rows, 2] });
}

/** Standard normal numbers. */
export function noise(rows: number, columns: number, seed: number, counter: number): Tensor {
  const stream = uniformStream({ seed, path: "examples/noise", counter });
  const values = Float32Array.from({ length: rows * columns }, (_, i) => stream.normal(i));
  return tensor(values, { shape: [rows, columns] });
}

/** How near points are to the mixture. */
export function nearness(points: Tensor) {
  const values = points.data();
  const rows = points.shape[0] as number;
  const counts = new Array<number>(modes).fill(0);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < modes; k++) {
      const [x, y] = centre(k);
      const far = Math.hypot((values[2 * i] as number) - x, (values[2 * i + 1] as number) - y);
      if (far < 3 * deviation) counts[k] = (counts[k] as number) + 1;
    }
  }
  return {
    "share near a mode": counts.reduce((a, b) => a + b, 0) / rows,
    "modes found": counts.filter((count) => count > rows / modes / 5).length,
  };
}
