import { MetricError, type Store } from "@metrigrad/tensor";

/** Throws MetricError unless a store was given. */
export function checkStore(where: string, store: Store | undefined): void {
  if (typeof store?.read === "function") return;
  throw new MetricError({
    where,
    must: "store must hold the parameters",
    got: String(store),
    todo: "pass { store: run.store }, or { store: await backend.store(model, { seed }) }",
  });
}
