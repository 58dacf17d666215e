import { compile, type Feeds, isNode, type Node, type Outputs } from "@metrigrad/graph";
import { checkNames, GraphError, type Handle, type Store, type Tensor } from "@metrigrad/tensor";

/**
 * The store and the inputs for {@link evaluate}.
 *
 * @category Graph: compile and run
 */
export interface EvaluateContext {
  /** The store that has the variables of the nodes. */
  readonly store: Store;
  /** The values of the inputs by name, as tensors or nested arrays; none by default. */
  readonly feeds?: Feeds;
}

/**
 * The tensors of evaluated nodes, in the same form as the nodes: one, a list, or a record.
 *
 * @category Graph: compile and run
 */
export type Evaluated<O> = O extends Node
  ? Tensor
  : O extends readonly Node[]
    ? readonly Tensor[]
    : { readonly [K in keyof O]: Tensor };

/**
 * Evaluates nodes: compiles them for a store, runs the program once, and reads the values.
 *
 * Each call compiles again. For nodes that you evaluate often use {@link compile}.
 *
 * {@includeCode ../../../examples/api/train/evaluate.ts#example}
 *
 * @param nodes - One node, a list of nodes, or a record of nodes.
 * @param context - The store that has the variables of the nodes, and the values of their inputs.
 * @returns The values as tensors, in the form of `nodes`.
 * @throws {@link GraphError} if an option is unknown, if the store is missing or lacks a variable, or if an input is missing or
 *   unknown.
 * @throws {@link ShapeError} if the value of an input has another shape than the input.
 * @category Graph: compile and run
 */
export async function evaluate<const O extends Outputs>(
  nodes: O,
  context: EvaluateContext,
): Promise<Evaluated<O>> {
  checkNames("evaluate", context, ["store", "feeds"], GraphError);
  const { store, feeds = {} } = context;
  if (typeof store?.prepare !== "function") throw noStore(store);
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

function noStore(got: unknown): GraphError {
  return new GraphError({
    where: "evaluate",
    must: "store must be a store",
    got: got === null ? "null" : typeof got,
    todo: "pass { store }, for example run.store, or await backend.store(model)",
  });
}
