import { compile, type Node } from "@metrigrad/graph";
import type { Tensor } from "@metrigrad/tensor";
import { onReference, type Tested } from "./backends.ts";

/** Values of nodes, on the float64 reference backend unless said otherwise. */
export async function evaluate(
  nodes: readonly Node[],
  on: Tested = onReference,
): Promise<Tensor[]> {
  const store = await on.store({ variables: [] });
  const program = await compile({ outputs: nodes }, store);
  const handles = await program.run();
  const values = await Promise.all(handles.map((handle) => handle.read()));
  await store.close();
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
