import type { Node } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import { inputParts } from "./inputParts.ts";

/**
 * The input of attention: a sequence [n, T, features] that attends to itself, or a query with the memory that it attends
 * to.
 *
 * @category Models: layers
 */
export type AttentionInput = Node | CrossAttentionInput;

/**
 * A query with the memory that it attends to.
 *
 * @category Models: layers
 */
export interface CrossAttentionInput {
  /** The sequence that attends, [n, T, features]. */
  readonly query: Node;
  /** The sequence of keys and values, [n, S, memoryFeatures]; the query by default. */
  readonly memory?: Node;
  /** The keys that are left out, [n, S]: true, or a number that is not 0; none by default. */
  readonly padding?: Node;
}

/** Returns the parts of an input after a check. Throws ShapeError and GraphError. */
export function attentionInput(
  where: string,
  x: AttentionInput,
  { features, memoryFeatures }: { readonly features: number; readonly memoryFeatures: number },
): { readonly query: Node; readonly memory: Node; readonly padding: Node | null } {
  const {
    query,
    memory = query,
    padding = null,
  } = inputParts<CrossAttentionInput>(where, x, {
    needed: ["query"],
    others: ["memory", "padding"],
  });
  const refuse = (must: string, got: Node) => {
    const todo = "give it [n, T, features], or { query, memory, padding }";
    throw new ShapeError({ where, must, got: showShape(got.shape), todo });
  };
  const [n = 0] = query.shape;
  if (query.shape.length !== 3 || query.shape[2] !== features) {
    refuse(`the query must be [n, T, ${features}]`, query);
  }
  if (memory.shape.length !== 3 || memory.shape[0] !== n || memory.shape[2] !== memoryFeatures) {
    refuse(`the memory must be [${n}, S, ${memoryFeatures}]`, memory);
  }
  const [, keys = 0] = memory.shape;
  if (padding !== null && showShape(padding.shape) !== showShape([n, keys])) {
    refuse(`the padding must be [${n}, ${keys}], one for each key`, padding);
  }
  return { query, memory, padding };
}
