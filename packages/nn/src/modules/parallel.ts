import { add, concat, isNode, mul, type Node } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { AnyModule, Children, Module, NodeTree } from "../core/module.ts";
import { checkModule } from "./checkModule.ts";
import { checkSettings } from "./checkSettings.ts";

/** How results are joined: as they are, side by side along an axis, added or multiplied. */
export type Join = "tree" | "concat" | "sum" | "product";

/** What `parallel` takes beside modules. */
export interface ParallelSettings<J extends Join = Join> {
  /** "tree" by default: a list or a record of results, like the modules. */
  readonly join?: J;
  /** Of "concat"; the last one by default. */
  readonly axis?: number;
}

/** Options of `parallel`. */
export interface ParallelOptions {
  readonly modules: Children;
  readonly join: Join;
  readonly axis: number;
}

/** What a module takes. */
export type InOf<M> = M extends Module<infer In, unknown> ? In : never;

/** What a module gives. */
export type OutOf<M> = M extends Module<never, infer Out> ? Out : never;

const joins = ["tree", "concat", "sum", "product"] as const;

const definition = defModule({
  name: "parallel",
  options: (modules: Children, settings: ParallelSettings = {}): ParallelOptions => {
    checkSettings("parallel", settings, ["join", "axis"]);
    const { join = "tree", axis = -1 } = settings;
    const list = Object.values(modules) as AnyModule[];
    for (const module of list) checkModule("parallel", module);
    if (list.length > 0 && joins.includes(join) && Number.isInteger(axis)) {
      return Object.freeze({ modules, join, axis });
    }
    throw new ShapeError({
      where: "parallel",
      must: `there must be a module, join must be one of ${joins.join(", ")}, and axis an integer`,
      got: `${list.length} modules, ${String(join)} and ${axis}`,
      todo: 'call parallel([left, right], { join: "concat" })',
    });
  },
  children: ({ modules }) => modules,
  apply: (_, x: NodeTree, { options: { modules, join, axis }, call }): NodeTree => {
    const results = Object.entries(modules).map(([name, module]) => {
      return [name, call(module as Module<NodeTree, NodeTree>, x)] as const;
    });
    const values = results.map(([, value]) => value);
    if (join === "tree") return Array.isArray(modules) ? values : Object.fromEntries(results);
    const odd = results.find(([, value]) => !isNode(value));
    if (odd !== undefined) throw noNode(odd[0], join);
    const nodes = values as readonly Node[];
    if (join === "concat") return concat(nodes, axis);
    return nodes.reduce((a, b) => (join === "sum" ? add(a, b) : mul(a, b)));
  },
});

function noNode(name: string, join: Join): ShapeError {
  return new ShapeError({
    where: "parallel",
    must: `with join ${join} every module must give one value`,
    got: `a tree of values by ${name}`,
    todo: 'take join "tree", or a module that gives one value',
  });
}

/** Makes modules that take the same input; the definition that its `spec` belongs to. */
export interface Parallel {
  /**
   * Several modules on the same input. The results are a list or a record like the modules, or one value: joined along
   * an axis, added or multiplied.
   * @param modules a list, or a record by which paths are named
   * @param settings how results are joined
   * @returns a module from what all of them take to the results
   * @throws GraphError for what is no module
   * @throws ShapeError for other settings, and where results that are trees are to be joined
   */
  <const M extends Children, J extends Join = "tree">(
    modules: M,
    settings?: ParallelSettings<J>,
  ): Module<
    InOf<M[keyof M]>,
    J extends "tree" ? { -readonly [K in keyof M]: OutOf<M[K]> } : Node,
    ParallelOptions,
    Record<never, never>
  >;
  readonly spec: (typeof definition)["spec"];
}

export const parallel = definition as unknown as Parallel;
