import type { Communicator, Store } from "@metrigrad/tensor";
import { type Cut, cutAtExchanges, type Stage } from "./cut.ts";
import { dealOut } from "./dealOut.ts";
import { gatherFromRanks, sumOverRanks } from "./exchange.ts";
import type { Whole } from "./whole.ts";

/** The place of a rank, and how fast the ranks exchange arrays. */
export type Place = Pick<Communicator, "rank" | "size" | "network">;

/**
 * Returns the stages of a step on one rank, with the work that all ranks would do alike dealt out, and adds their variables to the
 * store: a rank may gather values that none of its own programs read. Throws GraphError.
 */
export async function stagesOn(
  store: Store,
  whole: Whole,
  { rank, size, network }: Place,
): Promise<Cut> {
  const ranks = { rank, size };
  const cut = cutAtExchanges(dealOut(whole, ranks, network), ranks);
  await store.add(cut.variables.map(({ attrs }) => ({ path: attrs.path as string, spec: attrs })));
  return cut;
}

/** Exchanges the values of a stage. */
export async function exchange(
  communicator: Communicator,
  store: Store,
  { summed, gathered }: Stage,
): Promise<void> {
  if (summed !== null) await sumOverRanks(communicator, store, summed);
  if (gathered !== null) await gatherFromRanks(communicator, store, gathered);
}
