import { compile, type Feeds, type Node } from "@metrigrad/graph";
import { reference, type Tensor } from "@metrigrad/tensor";

/** Values of nodes on the float64 reference backend. */
export async function evaluate(nodes: readonly Node[], feeds: Feeds = {}): Promise<Tensor[]> {
  const backend = await reference();
  const store = await backend.store([]);
  const program = await compile({ outputs: nodes }, store);
  const handles = await program.run(feeds);
  const values = await Promise.all(handles.map((handle) => handle.read()));
  await backend.close();
  return values;
}

/** Largest absolute difference of two flat lists relative to the larger of 1 and the second. */
export function gap(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  const scale = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return Array.from(expected, (value, i) => Math.abs((got[i] as number) - value) / scale).reduce(
    (worst, error) => Math.max(worst, error),
    0,
  );
}
