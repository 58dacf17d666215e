import {
  GraphError,
  type Handle,
  inPieces,
  type Store,
  type VariableSpec,
} from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { isNode, type Node } from "../core/node.ts";
import { planning, type Update } from "./plan.ts";
import { makeProgram, type Program } from "./program.ts";

/**
 * The outputs of a program: one node, a list of nodes, or nodes by name.
 *
 * @category Graph: compile and run
 */
export type Outputs = Node | readonly Node[] | Readonly<Record<string, Node>>;

/**
 * The handles of a program's outputs, in the structure of the outputs.
 *
 * @category Graph: compile and run
 */
export type Handles<O> = O extends Node
  ? Handle
  : O extends readonly Node[]
    ? readonly Handle[]
    : { readonly [K in keyof O]: Handle };

/**
 * The request of {@link compile}: what to compute, and what to change.
 *
 * @category Graph: compile and run
 */
export interface CompileRequest<O extends Outputs> {
  /** The values to read after a run. They are computed from the variables as they are before the updates. */
  readonly outputs: O;
  /** Variables and their next values; none by default. All updates take effect together at the end of a run. */
  readonly updates?: readonly Update[];
  /** Whether every node stays in memory and has a step of its own; false by default. For looking at values inside. */
  readonly unfused?: boolean;
}

/**
 * Compiles a graph to a program that runs on a store.
 *
 * It plans the graph and prepares the plan on the store's backend. State and data variables that have a path of their own are
 * added to the store if they are missing. Parameters must be in the store.
 *
 * {@includeCode ../../../../examples/api/graph/compile.ts#example}
 *
 * @param request - The outputs, and the updates of variables.
 * @param store - The store that has the variables.
 * @returns Resolves to the program.
 * @throws {@link GraphError} if the store lacks a parameter, or if two inputs have the same name.
 *   Also if an output is no node, or if an update does not fit its variable.
 * @throws {@link BackendError} if the store is closed, or if the backend cannot run the plan.
 *   Also if the path of an added variable is taken.
 * @category Graph: compile and run
 */
export async function compile<const O extends Outputs>(
  request: CompileRequest<O>,
  store: Store,
): Promise<Program<Handles<O>>> {
  checkOptions("compile", request, ["outputs", "updates", "unfused"]);
  const { outputs, updates = [], unfused = false } = request;
  const nodes = isNode(outputs) ? [outputs] : Object.values(outputs as Record<string, Node>);
  const { float, backend } = store;
  const mixed = backend.floats.includes("f64");
  const planned = await inPieces(planning({ outputs: nodes, updates, float, mixed, unfused }));
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

/** The handles in the structure of the outputs. */
function arrange(outputs: Outputs, handles: readonly Handle[]): unknown {
  if (isNode(outputs)) return handles[0];
  if (Array.isArray(outputs)) return handles;
  return Object.fromEntries(Object.keys(outputs).map((name, index) => [name, handles[index]]));
}
