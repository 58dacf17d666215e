import { type Node, rngState, topological } from "@metrigrad/graph";

/** Whether a value depends on draws from the shared random state. */
export function drawsRandom(roots: readonly Node[]): boolean {
  return topological(roots).includes(rngState);
}
