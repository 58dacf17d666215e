import { dataSet, splitRows, tensor, uniformStream } from "metrigrad";

/** Arms of spirals in the plane: which one a point lies on is its class. */
export function spirals({ rows, seed, arms = 3 }: { rows: number; seed: number; arms?: number }) {
  const stream = uniformStream({ seed, path: "examples/spirals" });
  const inputs = new Float32Array(2 * rows);
  const targets = Int32Array.from({ length: rows }, (_, i) => i % arms);
  for (let i = 0; i < rows; i++) {
    const radius = Math.sqrt(stream.uniform(2 * i));
    const angle = 5 * radius + (2 * Math.PI * (i % arms)) / arms + 0.15 * stream.normal(rows + i);
    inputs.set([2 * radius * Math.cos(angle), 2 * radius * Math.sin(angle)], 2 * i);
  }
  const points = { inputs: tensor(inputs, { shape: [rows, 2] }), targets };
  const sizes = [Math.floor(0.8 * rows), Math.ceil(0.2 * rows), 0] as const;
  const { train, valid } = splitRows(points, sizes, { seed });
  return dataSet({ name: "spirals", train, valid, classes: arms });
}
