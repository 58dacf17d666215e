import { type Node, sqrt, square, sum, type Tensor, tensor, uniformStream } from "metrigrad";

/** Points in a cube around the nucleus, [n, 3], in bohr. */
export function cloud(n: number, seed: number): Tensor {
  const stream = uniformStream({ seed, path: "hydrogen/start" });
  const values = Float64Array.from({ length: 3 * n }, (_, i) => 3 * stream.uniform(i) - 1.5);
  return tensor(values, { shape: [n, 3] });
}

/** Distances from the nucleus, [n, 1]. */
export function radii(x: Node): Node {
  return sqrt(sum(square(x), { axis: 1, keepDims: true }));
}
