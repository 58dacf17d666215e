import type { Variable } from "@metrigrad/graph";
import { type Communicator, type Store, tensor } from "@metrigrad/tensor";

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
