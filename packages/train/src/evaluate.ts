import { compile, type Feeds, isNode, type Node, type Outputs } from "@metrigrad/graph";
import type { Handle, Store, Tensor } from "@metrigrad/tensor";

/** Where and on what nodes are evaluated. */
export interface EvaluateContext {
  readonly store: Store;
  /** Values of the inputs, by name. */
  readonly feeds?: Feeds;
}

/** Tensors in the form of nodes: one, a list, or by name. */
export type Evaluated<O> = O extends Node
  ? Tensor
  : O extends readonly Node[]
    ? readonly Tensor[]
    : { readonly [K in keyof O]: Tensor };

/**
 * The values of nodes: compiles them for a store, runs once and reads. For what runs often, use `compile`.
 * @param nodes - One node, a list, or nodes by name.
 * @param context - The store that has their variables, and the values of their inputs.
 * @returns Tensors in the same form.
 * @throws GraphError for a parameter that the store lacks and for a missing or unknown input, ShapeError for a value of
 *   another shape
 */
export async function evaluate<const O extends Outputs>(
  nodes: O,
  { store, feeds = {} }: EvaluateContext,
): Promise<Evaluated<O>> {
  const list = isNode(nodes) ? [nodes] : Object.values(nodes as Record<string, Node>);
  const program = await compile({ outputs: list }, store);
  try {
    const handles = (await program.run(feeds)) as readonly Handle[];
    const values = await Promise.all(handles.map((handle) => handle.read()));
    if (isNode(nodes)) return values[0] as Evaluated<O>;
    if (Array.isArray(nodes)) return values as unknown as Evaluated<O>;
    const names = Object.keys(nodes);
    return Object.fromEntries(names.map((name, at) => [name, values[at]])) as Evaluated<O>;
  } finally {
    await program.close();
  }
}
