import type { Variable } from "@metrigrad/graph";
import { type Communicator, type Store, type TypedArray, tensor } from "@metrigrad/tensor";
import type { Gathered } from "./cut.ts";

/** Puts the sum over all ranks in the place of a variable's values, in the memory of the store where it can be reached. */
export async function sumOverRanks(
  communicator: Communicator,
  store: Store,
  { attrs }: Variable,
): Promise<void> {
  const values = store.view?.(attrs) ?? null;
  if (values !== null) {
    await communicator.allreduce(values);
    return;
  }
  const read = await store.read(attrs);
  const copy = read.data().slice();
  await communicator.allreduce(copy);
  await store.write(attrs, tensor(copy, { shape: read.shape }));
}

/** Puts the parts of all ranks one after the other, in the memory of the store where it can be reached. */
export async function gatherFromRanks(
  communicator: Communicator,
  store: Store,
  { part, all }: Gathered,
): Promise<void> {
  const live = store.view?.(all.attrs) ?? null;
  const values = live ?? (await store.read(all.attrs)).data().slice();
  await communicator.allgather(await valuesOf(part, values, store), values);
  if (live === null) await store.write(all.attrs, tensor(values, { shape: all.shape }));
}

/** The values of a variable; none of the same kind if there is no variable. */
async function valuesOf(
  part: Variable | null,
  like: TypedArray,
  store: Store,
): Promise<TypedArray> {
  if (part === null) return like.slice(0, 0);
  return store.view?.(part.attrs) ?? (await store.read(part.attrs)).data();
}
