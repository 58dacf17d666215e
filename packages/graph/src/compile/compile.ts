import { GraphError, type Handle, type Store, type VariableSpec } from "@metrigrad/tensor";
import { isNode, type Node } from "../core/node.ts";
import { planOf, type Update } from "./plan.ts";
import { makeProgram, type Program } from "./program.ts";

/** One node, a list of nodes, or nodes by name. */
export type Outputs = Node | readonly Node[] | Readonly<Record<string, Node>>;

/** The handles of a program's outputs, arranged as the outputs were. */
export type Handles<O> = O extends Node
  ? Handle
  : O extends readonly Node[]
    ? readonly Handle[]
    : { readonly [K in keyof O]: Handle };

/** What to compile. */
export interface CompileRequest<O extends Outputs> {
  /** Values to read after a run, as they are before the updates. */
  readonly outputs: O;
  /** Variables and their next values; all take effect together at the end of a run. */
  readonly updates?: readonly Update[];
  /** Keep every node in memory under a step of its own; false by default. */
  readonly unfused?: boolean;
}

/**
 * Compiles a graph for a store: plans it and prepares it on the store's backend. State and data with
 * a path of their own are added to the store where they are missing; parameters never are.
 * @throws GraphError for a parameter that the store lacks, and for what cannot be compiled
 * @throws ShapeError for values that do not go together
 * @throws BackendError for what the backend cannot do
 */
export async function compile<const O extends Outputs>(
  request: CompileRequest<O>,
  store: Store,
): Promise<Program<Handles<O>>> {
  const { outputs, updates = [], unfused = false } = request;
  const nodes = isNode(outputs) ? [outputs] : Object.values(outputs as Record<string, Node>);
  const { float, backend } = store;
  const mixed = backend.floats.includes("f64");
  const planned = planOf({ outputs: nodes, updates, float, mixed, unfused });
  const { plan, variables, nameOf } = planned;
  const missing = variables.filter((spec) => !store.has(spec));
  const lacking = missing.find(({ role, path }) => role === "parameter" || path === null);
  if (lacking !== undefined) throw notInStore(lacking, nameOf(lacking));
  await store.add(missing);
  const executable = await store.prepare(plan);
  return makeProgram(plan, executable, (handles) => arrange(outputs, handles) as Handles<O>);
}

function notInStore({ role, path }: VariableSpec, name: string): GraphError {
  const own =
    path === null ? "store.add(model), or backend.store(model)" : "store.add([variable.attrs])";
  return new GraphError({
    where: "compile",
    must: "the store must have every parameter of the graph",
    got: `none for ${name}, a ${role}${path === null ? " of a module" : ""}`,
    todo: `add it first: ${own}; a trained value is found by the module object that it was trained with`,
  });
}

function arrange(outputs: Outputs, handles: readonly Handle[]): unknown {
  if (isNode(outputs)) return handles[0];
  if (Array.isArray(outputs)) return handles;
  return Object.fromEntries(Object.keys(outputs).map((name, index) => [name, handles[index]]));
}
