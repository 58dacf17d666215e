import { compile, type Feeds, type Node } from "@metrigrad/graph";
import { reference, type Tensor, type VariableOwner } from "@metrigrad/tensor";

/** Values of nodes on the float64 reference backend, with variables as they are initialised. */
export async function evaluate(
  nodes: readonly Node[],
  options: { readonly owner?: VariableOwner; readonly seed?: number; readonly feeds?: Feeds } = {},
): Promise<Tensor[]> {
  const { owner, seed = 0, feeds = {} } = options;
  const backend = await reference();
  const store = await backend.store(owner ?? [], { seed });
  const program = await compile({ outputs: nodes }, store);
  const handles = await program.run(feeds);
  const values = await Promise.all(handles.map((handle) => handle.read()));
  await backend.close();
  return values;
}

/** The value of one node, flat. */
export async function numbers(
  node: Node,
  options: Parameters<typeof evaluate>[1] = {},
): Promise<number[]> {
  const [value] = await evaluate([node], options);
  return Array.from(value?.data() ?? []);
}

/** Largest absolute difference of two flat lists. */
export function gap(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  return Array.from(expected, (value, i) => Math.abs((got[i] as number) - value)).reduce(
    (worst, error) => (error <= worst ? worst : error),
    0,
  );
}
