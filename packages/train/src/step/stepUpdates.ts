import { type Guarded, guardUpdates, plainUpdates } from "./guard.ts";
import type { StepGraph } from "./stepGraph.ts";

/** Returns the updates of a step where these phases are due, under the guard if steps that are not finite are undone. */
export function stepUpdates(
  graph: StepGraph,
  due: readonly number[],
  checkFinite: boolean,
): Guarded & { readonly loss: ReturnType<StepGraph["lossAt"]> } {
  const guard = checkFinite ? guardUpdates : plainUpdates;
  const loss = graph.lossAt(due);
  return { loss, ...guard(loss, graph.updates(due), graph) };
}
