import { type Handle, reference, type Tensor } from "@metrigrad/tensor";
import { compile, type Feeds, type Node, type Program } from "../src/index.ts";

/** What was evaluated last, which differences ask for again and again. */
let last: { readonly nodes: readonly Node[]; readonly program: Promise<Values> } | null = null;

type Values = Program<readonly Handle[]>;

/** Values of nodes on the float64 reference backend. */
export async function evaluate(nodes: readonly Node[], feeds: Feeds = {}): Promise<Tensor[]> {
  const known = last?.nodes.length === nodes.length && nodes.every((n, i) => n === last?.nodes[i]);
  const { program } = known && last ? last : { program: compiled(nodes) };
  last = { nodes: [...nodes], program };
  const handles = await (await program).run(feeds);
  return Promise.all(handles.map((handle) => handle.read()));
}

async function compiled(nodes: readonly Node[]): Promise<Values> {
  const backend = await reference();
  return compile({ outputs: nodes }, await backend.store([]));
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
