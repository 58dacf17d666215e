import type { Node, Variable } from "@metrigrad/graph";
import { type Application, type NodeTree, nodesOf } from "@metrigrad/nn";

/**
 * A module with parameters of its own in a model.
 *
 * @category Metrics: tables
 */
export interface ExplainedModule {
  /** The place of the module in the model, such as "skip0/dense1". */
  readonly path: string;
  /** The name of its kind, such as "dense". */
  readonly kind: string;
  /** The parameters that are the module's own, with their paths in the model and their shapes. */
  readonly params: readonly { readonly path: string; readonly shape: readonly number[] }[];
  /** The shapes of its response on a batch; several if the response is a tree. */
  readonly response: readonly (readonly number[])[];
}

/**
 * A place where values of several modules meet in a plain op, such as the sum of a residual connection.
 *
 * @category Metrics: tables
 */
export interface ExplainedJoin {
  /** The identifier, such as "join 1", which no module has. */
  readonly id: string;
  /** The name of the op, such as "add". */
  readonly op: string;
}

/**
 * The flow of data from one module or join to the next.
 *
 * @category Metrics: tables
 */
export interface ExplainedFlow {
  /** The path of the module or the identifier of the join that it comes from; null for the model's input. */
  readonly from: string | null;
  /** The path of the module or the identifier of the join that takes it; null for the model's output. */
  readonly to: string | null;
}

/**
 * A model as a graph: the modules that have parameters, in the order in which they are applied, and the flow of data between them.
 * Plain ops lie on the way; where they join several values there is a join.
 *
 * @category Metrics: tables
 */
export interface ExplainGraph {
  /** The shapes of the inputs on a batch. */
  readonly inputs: readonly (readonly number[])[];
  /** The shapes of the outputs on a batch. */
  readonly outputs: readonly (readonly number[])[];
  /** The modules, in the order in which they are applied first. */
  readonly modules: readonly ExplainedModule[];
  /** The joins. */
  readonly joins: readonly ExplainedJoin[];
  /** The flow between them, each pair once. */
  readonly flows: readonly ExplainedFlow[];
}

/** Returns a model that was applied to x as a graph. */
export function graphOf(
  x: NodeTree,
  applications: readonly Application[],
  output: NodeTree,
): ExplainGraph {
  const modules = new Map<string, ExplainedModule>();
  const owned = new Set<Variable>();
  for (const one of applications) {
    for (const { path, definition, params, response } of [
      ...one.looped.map((looped) => ({ ...looped, response: one.response })),
      one,
    ]) {
      if (modules.has(path)) continue;
      const own = Object.values(params).filter((variable) => {
        return variable.attrs.role === "parameter" && !owned.has(variable);
      });
      for (const variable of own) owned.add(variable);
      modules.set(path, {
        path,
        kind: definition.spec.name,
        params: own.map((variable) => ({ path: one.pathOf(variable), shape: variable.shape })),
        response: nodesOf(response).map(({ shape }) => shape),
      });
    }
  }
  const shapes = (tree: NodeTree) => nodesOf(tree).map(({ shape }) => shape);
  return Object.freeze({
    inputs: shapes(x),
    outputs: shapes(output),
    modules: [...modules.values()],
    ...flowOf(nodesOf(x), applications, nodesOf(output)),
  });
}

/** Something that a value comes from: a module's path, null for the input, or the node of a join. */
type Source = string | null | Node;

/** Returns from where each module, and the output, takes its values, and the joins on the way. */
function flowOf(
  x: readonly Node[],
  applications: readonly Application[],
  output: readonly Node[],
): Pick<ExplainGraph, "joins" | "flows"> {
  const made = new Map<Node, Source>();
  for (const { response, path } of applications) {
    for (const node of nodesOf(response)) made.set(node, path);
  }
  for (const node of x) made.set(node, null);
  const joined = new Map<Node, ReadonlySet<Source>>();
  const resolved = new Map<Node, ReadonlySet<Source>>();
  /** The sources of a value: one, or none for constants; several meet in a join, which is then the one source. */
  const resolve = (node: Node): ReadonlySet<Source> => {
    const known = resolved.get(node);
    if (known !== undefined) return known;
    const own = made.get(node);
    const sources =
      own === undefined ? new Set(node.inputs.flatMap((one) => [...resolve(one)])) : new Set([own]);
    if (sources.size > 1) joined.set(node, sources);
    const result = sources.size > 1 ? new Set<Source>([node]) : sources;
    resolved.set(node, result);
    return result;
  };
  const takes = [
    ...applications.map(({ path, reference }) => [path, nodesOf(reference)] as const),
    [null, output] as const,
  ].map(([to, values]) => ({ to, from: new Set(values.flatMap((one) => [...resolve(one)])) }));
  const inner = applications.map((one) => ({ to: one.path, from: innerOf(one, made) }));
  return named([...takes, ...inner], joined);
}

/** The modules that a module with parameters of its own calls, such as experts behind a gate, or a cell in a loop. */
function innerOf({ path, response, looped }: Application, made: ReadonlyMap<Node, Source>) {
  const inner = new Set<Source>(looped.map((one) => one.path));
  const seen = new Set<Node>();
  const open = nodesOf(response).flatMap((node) => [...node.inputs].reverse());
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const source = made.get(node);
    if (source === undefined) open.push(...[...node.inputs].reverse());
    else if (typeof source === "string" && isWithin(source, path)) inner.add(source);
  }
  return inner;
}

const isWithin = (path: string, outer: string) =>
  path !== outer && (outer === "" || path.startsWith(`${outer}/`));

/** Names the joins that are left when those that only another join takes are parts of it. */
function named(
  takes: readonly { readonly to: string | null; readonly from: ReadonlySet<Source> }[],
  joined: ReadonlyMap<Node, ReadonlySet<Source>>,
): Pick<ExplainGraph, "joins" | "flows"> {
  const kept = new Set(takes.flatMap(({ from }) => [...from].filter(isJoin)));
  const users = new Map<Node, number>();
  for (const sources of joined.values()) {
    for (const one of sources) if (isJoin(one)) users.set(one, (users.get(one) ?? 0) + 1);
  }
  for (const [node, count] of users) if (count > 1) kept.add(node);
  const spread = (sources: ReadonlySet<Source>): Source[] =>
    [...sources].flatMap((one) =>
      isJoin(one) && !kept.has(one) ? spread(joined.get(one) as ReadonlySet<Source>) : [one],
    );
  const order = [...joined.keys()].filter((node) => kept.has(node));
  const idOf = (one: Source) => (isJoin(one) ? `join ${order.indexOf(one) + 1}` : one);
  const flows = new Map<string, ExplainedFlow>();
  const flow = (from: ReadonlySet<Source>, to: string | null) => {
    for (const one of spread(from))
      flows.set(JSON.stringify([idOf(one), to]), { from: idOf(one), to });
  };
  for (const node of order) flow(joined.get(node) as ReadonlySet<Source>, idOf(node));
  for (const { to, from } of takes) flow(from, to);
  const joins = order.map((node) => ({ id: idOf(node) as string, op: node.op?.name ?? "join" }));
  return { joins, flows: [...flows.values()] };
}

const isJoin = (source: Source): source is Node => typeof source === "object" && source !== null;
