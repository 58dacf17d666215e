import { type Variable, variable } from "@metrigrad/graph";
import {
  isTensor,
  mapTree,
  type Store,
  type Tensor,
  type Tree,
  valueTypeOf,
} from "@metrigrad/tensor";

/** A tensor on a store, and the number of its users. */
interface Resident {
  readonly variable: Variable;
  users: number;
}

/** Trees of tensors as variables of a store, until they are released. */
export interface Residents {
  readonly trees: readonly Tree<Variable>[];
  release(): Promise<void>;
}

const residents = new WeakMap<Store, Map<Tensor, Resident>>();
let made = 0;

/** Puts tensors on a store. Tensors that are already there are shared, and leave with their last user. */
export async function resident(
  store: Store,
  name: string,
  trees: readonly Tree<Tensor>[],
): Promise<Residents> {
  const known = residents.get(store) ?? new Map<Tensor, Resident>();
  residents.set(store, known);
  const used = new Set<Tensor>();
  const variables = trees.map((tree) =>
    mapTree(tree, isTensor, (leaf) => {
      const one = known.get(leaf) ?? { variable: dataVariable(name, leaf), users: 0 };
      known.set(leaf, one);
      if (!used.has(leaf)) one.users++;
      used.add(leaf);
      return one.variable;
    }),
  );
  let released = false;
  const release = async () => {
    if (released) return;
    released = true;
    for (const leaf of used) {
      const one = known.get(leaf) as Resident;
      one.users--;
      if (one.users > 0) continue;
      known.delete(leaf);
      await store.remove([one.variable.attrs]);
    }
  };
  try {
    await store.add([...used].map((leaf) => (known.get(leaf) as Resident).variable.attrs));
  } catch (error) {
    await release();
    throw error;
  }
  return { trees: variables as readonly Tree<Variable>[], release };
}

function dataVariable(name: string, value: Tensor): Variable {
  return variable(`data/${name}/${made++}`, value.shape, {
    type: valueTypeOf(value.dtype),
    role: "data",
    init: () => value.data(),
  });
}
