import type { Communicator, Store } from "@metrigrad/tensor";
import { type Cut, cutAtExchanges, type Stage, type Whole } from "./cut.ts";
import { dealOut } from "./dealOut.ts";
import { gatherFromRanks, sumOverRanks } from "./exchange.ts";

/** The place of a rank, and how fast the ranks exchange arrays. */
export type Place = Pick<Communicator, "rank" | "size" | "network">;

/** Returns the stages of a step on one rank, with the work that all ranks would do alike dealt out. Throws GraphError. */
export function stagesOf(whole: Whole, { rank, size, network }: Place): Cut {
  const ranks = { rank, size };
  return cutAtExchanges(dealOut(whole, ranks, network), ranks);
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
