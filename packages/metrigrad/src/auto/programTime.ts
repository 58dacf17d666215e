import {
  type CompileRequest,
  compile,
  type Feeds,
  isNode,
  isVariable,
  type Node,
  type Outputs,
  type Program,
  topological,
} from "@metrigrad/graph";
import { GraphError, type Handle, type NamedVariable, type Store, sizeOf } from "@metrigrad/tensor";
import { type Measure, steady } from "./measure.ts";

/** Runs in a row, at most. */
const most = 1000;

/**
 * Measures how long a program takes, for {@link auto}.
 *
 * The program is compiled on a store of its own. A quick program runs many times in a row before a result is read.
 *
 * @param request - What {@link compile} takes: outputs and updates.
 * @param feeds - The values of the inputs, by name.
 * @returns The measurement.
 * @throws {@link GraphError} if there are neither outputs nor updates.
 * @category Backends
 */
export function programTime<O extends Outputs>(
  request: CompileRequest<O>,
  feeds: Feeds = {},
): Measure {
  const { outputs, updates = [] } = request;
  const nodes: readonly Node[] = isNode(outputs)
    ? [outputs]
    : Object.values(outputs as Record<string, Node>);
  if (nodes.length + updates.length === 0) {
    throw new GraphError({
      where: "programTime",
      must: "a program must have outputs or updates",
      got: "neither",
      todo: "pass what compile(…) takes",
    });
  }
  return async (backend) => {
    const store = await backend.store([]);
    try {
      await store.add(variablesOf(nodes, updates));
      const program = await compile({ ...request, outputs: nodes }, store);
      const done = waiting(nodes, updates, store);
      await done(await program.run(feeds));
      return await steady((runs) => timed(program, feeds, runs, done), most);
    } finally {
      await store.close();
    }
  };
}

/** The variables of a program, under paths of their own: only their sizes matter. */
function variablesOf(
  nodes: readonly Node[],
  updates: NonNullable<CompileRequest<Outputs>["updates"]>,
): NamedVariable[] {
  const roots = [
    ...nodes,
    ...updates.flatMap((update) => update.filter((one) => one !== undefined)),
  ];
  return topological(roots)
    .filter(isVariable)
    .map(({ attrs }, at) => ({ path: `${at}/${attrs.path ?? attrs.role}`, spec: attrs }));
}

type Done = (handles: readonly Handle[]) => Promise<unknown>;

async function timed(
  program: Program<readonly Handle[]>,
  feeds: Feeds,
  runs: number,
  done: Done,
): Promise<number> {
  const start = performance.now();
  let handles: readonly Handle[] = [];
  for (let run = 0; run < runs; run++) handles = await program.run(feeds);
  await done(handles);
  return (performance.now() - start) / 1000;
}

/** Waits for a run, which is done on the device when the smallest of its results can be read. */
function waiting(
  nodes: readonly Node[],
  updates: NonNullable<CompileRequest<Outputs>["updates"]>,
  store: Store,
): Done {
  const smallest = <T extends { readonly shape: readonly number[] }>(all: readonly T[]) =>
    [...all].sort((a, b) => sizeOf(a.shape) - sizeOf(b.shape))[0] as T;
  if (nodes.length > 0) return (handles) => smallest(handles).read();
  const updated = smallest(updates.map(([variable]) => variable.attrs));
  return () => store.read(updated);
}
