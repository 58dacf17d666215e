import { compile, type Node, type Update } from "@metrigrad/graph";
import type { AppliedExtras } from "@metrigrad/nn";
import { reference, type Store, tensor, type VariableOwner } from "@metrigrad/tensor";

/** A store of a module with values by path, flat, on the float64 reference backend, which is closed in the end. */
export async function written<T>(
  owner: VariableOwner,
  values: Readonly<Record<string, readonly number[]>>,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const backend = await reference();
  const store = await backend.store(owner, { seed: 5 });
  for (const [path, given] of Object.entries(values)) {
    const { shape } = await store.read(path);
    await store.write(path, tensor(Float64Array.from(given), { shape }));
  }
  const result = await use(store);
  await backend.close();
  return result;
}

/** Values of nodes, flat, after which variables are updated. */
export async function run(
  store: Store,
  outputs: readonly Node[],
  updates: readonly Update[] = [],
): Promise<number[][]> {
  const program = await compile({ outputs, updates }, store);
  const handles = await program.run();
  const read = await Promise.all(handles.map((handle) => handle.read()));
  await program.close();
  return read.map((value) => Array.from(value.data()));
}

/** What the first module of an applied model that gave anything gave beside its response. */
export function extrasOf<T>({ extras: [first] }: { readonly extras: readonly AppliedExtras[] }): T {
  if (first === undefined) throw new Error("no extras");
  return first.values as unknown as T;
}
