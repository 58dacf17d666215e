import { add, concat, isNode, mul, type Node } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { AnyModule, Children, Module, NodeTree } from "../core/module.ts";
import { checkModule } from "./checkModule.ts";
import { checkSettings } from "./checkSettings.ts";

/**
 * How the results of parallel modules are joined: as a tree, side by side along an axis, added or multiplied.
 *
 * @category Models: composing
 */
export type Join = "tree" | "concat" | "sum" | "product";

/**
 * Settings of {@link parallel}.
 *
 * @category Models: composing
 */
export interface ParallelSettings<J extends Join = Join> {
  /** How results are joined; "tree" by default, a list or a record like the modules. */
  readonly join?: J;
  /** The axis of "concat"; the last one by default. */
  readonly axis?: number;
}

/**
 * Options of {@link parallel}.
 *
 * @category Models: composing
 */
export interface ParallelOptions {
  /** The modules, a list or a record. */
  readonly modules: Children;
  /** How results are joined. */
  readonly join: Join;
  /** The axis of "concat"; negative axes count from the end. */
  readonly axis: number;
}

/**
 * The type of a module's input.
 *
 * @category Models: composing
 */
export type InOf<M> = M extends Module<infer In, unknown> ? In : never;

/**
 * The type of a module's response.
 *
 * @category Models: composing
 */
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

/**
 * The type of {@link parallel}: it makes parallel modules, and `spec` is their definition.
 *
 * @category Models: composing
 */
export interface Parallel {
  /**
   * Makes a module of several modules on the same input.
   *
   * @param modules - A list of modules, or a record whose names become paths.
   * @param settings - How the results are joined; as a tree by default.
   * @returns A module from the common input to the results.
   * @throws {@link GraphError} if a member is not a module, or if a setting is unknown.
   * @throws {@link ShapeError} if there are no modules or a setting is out of range; when the module is applied, if results
   *   do not fit together.
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
  /** The specification that the kind was defined by. */
  readonly spec: (typeof definition)["spec"];
}

/**
 * Makes a module that applies several modules to the same input.
 *
 * The result is a list or a record like the modules. With `join` it is one node: the results joined along an axis, added or
 * multiplied.
 *
 * {@includeCode ../../../../examples/api/nn/parallel.ts#example}
 *
 * @function
 * @category Models: composing
 */
export const parallel = definition as unknown as Parallel;
