import { reference, type Tensor } from "@metrigrad/tensor";
import { compile, type Feeds, type Node } from "../src/index.ts";

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

/** Central differences of a function of a flat vector, one column per element: [outputs][inputs]. */
export async function differences(
  f: (x: Float64Array) => Promise<ArrayLike<number>>,
  x: Float64Array,
  h = 1e-5,
): Promise<number[][]> {
  const columns: number[][] = [];
  for (let i = 0; i < x.length; i++) {
    const up = await f(x.map((value, j) => (j === i ? value + h : value)));
    const down = await f(x.map((value, j) => (j === i ? value - h : value)));
    columns.push(Array.from(up, (value, k) => (value - (down[k] as number)) / (2 * h)));
  }
  const rows = columns[0]?.length ?? 0;
  return Array.from({ length: rows }, (_, k) => columns.map((column) => column[k] as number));
}

/** Largest absolute difference of two flat lists. */
export function gap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Array.from(a, (value, i) => Math.abs(value - (b[i] as number))).reduce(
    (worst, d) => (d > worst || Number.isNaN(d) ? d : worst),
    0,
  );
}
