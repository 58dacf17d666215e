import { compile, isNode, type Node } from "@metrigrad/graph";
import { GraphError, type Handle, type Store, showShape } from "@metrigrad/tensor";
import { inferred } from "./inferred.ts";
import type { Solvable } from "./model.ts";
import type { Measures } from "./options.ts";

/** Reads the user's measures of a solution. */
export interface Measurer {
  /** The number of steps between measures; 0 if there are none. */
  readonly every: number;
  read(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

/** Compiles the measures of a run. Throws GraphError if one is not a scalar. */
export async function measurer(
  store: Store,
  model: Solvable,
  measures: Measures<never> | undefined,
): Promise<Measurer> {
  const entries = Object.entries(measures?.of ?? {});
  if (entries.length === 0) return { every: 0, read: async () => ({}), close: async () => {} };
  const u = inferred(model, store);
  const nodes = entries.map(([name, of]) => scalarOf(name, of(u as never)));
  const program = await compile({ outputs: nodes }, store);
  return {
    every: measures?.every ?? 100,
    read: async () => {
      const handles = (await program.run({})) as readonly Handle[];
      const values = await Promise.all(handles.map((handle) => handle.read()));
      const named = entries.map(([name], at) => [name, values[at]?.item() ?? Number.NaN]);
      return Object.freeze(Object.fromEntries(named));
    },
    close: () => program.close(),
  };
}

function scalarOf(name: string, node: unknown): Node {
  if (isNode(node as Node) && (node as Node).shape.length === 0) return node as Node;
  throw new GraphError({
    where: `solve, evaluate.of.${name}`,
    must: "it must return a scalar node",
    got: isNode(node as Node) ? showShape((node as Node).shape) : typeof node,
    todo: "return for example relativeError(u, exact, points), or a mean",
  });
}
