import { constant, type Node } from "@metrigrad/graph";
import { type Backend, tensor } from "@metrigrad/tensor";
import { evaluate, type PointSampler } from "../../src/index.ts";

/** One draw of a sampler as rows. */
export async function draw(
  backend: Backend,
  sampler: PointSampler,
  [seed, count]: readonly [number, number] = [1, 0],
  residual: ((points: Node) => Node) | null = null,
): Promise<number[][]> {
  const state = constant(tensor(Uint32Array.of(seed, count)));
  const store = await backend.store([]);
  const points = await evaluate(sampler.draw({ key: "points", state, residual }), { store });
  await store.close();
  const values = [...points.data()];
  const [n = 0, d = 0] = points.shape;
  return Array.from({ length: n }, (_, at) => values.slice(at * d, (at + 1) * d));
}
