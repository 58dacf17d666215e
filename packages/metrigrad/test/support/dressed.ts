import type { Backend, Store } from "@metrigrad/tensor";

/** A backend whose stores have other methods beside or in front of their own. */
export function dressed(backend: Backend, dress: (store: Store) => Partial<Store>): Backend {
  return {
    name: backend.name,
    floats: backend.floats,
    describe: () => backend.describe(),
    store: async (owner, options) => {
      const store = await backend.store(owner, options);
      return Object.create(store, Object.getOwnPropertyDescriptors(dress(store)));
    },
    close: () => backend.close(),
  };
}

/** A backend that counts its open stores. */
export function counted(backend: Backend): { readonly backend: Backend; open(): number } {
  let open = 0;
  const counting = dressed(backend, (store) => {
    open++;
    return {
      close: async () => {
        open--;
        await store.close();
      },
    };
  });
  return { backend: counting, open: () => open };
}
