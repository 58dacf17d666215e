import { type Tensor, tensor, uniformStream } from "metrigrad";

/** Points of two moons that reach into each other: x [n, 2], y [n] is −1 or 1. */
export function moons({ rows, seed }: { rows: number; seed: number }): { x: Tensor; y: Tensor } {
  const stream = uniformStream({ seed, path: "examples/moons" });
  const signs = Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? 1 : -1));
  const points = signs.map((sign, i) => {
    const angle = Math.PI * stream.uniform(i);
    const [a, b] = [stream.normal(rows + 2 * i), stream.normal(rows + 2 * i + 1)];
    const across = sign * (Math.cos(angle) - 0.5) + 0.2 * a;
    return [across, sign * (Math.sin(angle) - 0.25) + 0.2 * b];
  });
  return { x: tensor(points), y: tensor(signs) };
}
