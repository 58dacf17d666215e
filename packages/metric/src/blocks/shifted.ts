import type { Node } from "@metrigrad/graph";

/** A solution x of (g + λI)x = v, and the λ used, [matrices] or []. */
export interface Shifted {
  readonly x: Node;
  readonly lambda: Node;
}
