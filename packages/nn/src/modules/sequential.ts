import { defModule } from "../core/defModule.ts";
import type { AnyModule, Module, NodeTree } from "../core/module.ts";
import { checkModule } from "./checkModule.ts";

/** Options of `sequential`. */
export interface SequentialOptions {
  readonly modules: readonly AnyModule[];
}

/** What the first of some modules takes. */
export type FirstIn<M extends readonly AnyModule[]> = M extends readonly [
  Module<infer In, unknown>,
  ...unknown[],
]
  ? In
  : M extends readonly Module<infer In, unknown>[]
    ? In
    : never;

/** What the last of some modules gives. */
export type LastOut<M extends readonly AnyModule[]> = M extends readonly [
  ...unknown[],
  Module<never, infer Out>,
]
  ? Out
  : M extends readonly Module<never, infer Out>[]
    ? Out
    : never;

const definition = defModule({
  name: "sequential",
  options: (...modules: AnyModule[]): SequentialOptions => {
    for (const module of modules) checkModule("sequential", module);
    return { modules };
  },
  children: ({ modules }) => modules,
  apply: (_, x: NodeTree, { options, call }): NodeTree =>
    options.modules.reduce<NodeTree>(
      (h, module) => call(module as Module<NodeTree, NodeTree>, h),
      x,
    ),
});

/** Makes a chain of modules; the definition that its `spec` belongs to. */
export interface Sequential {
  /**
   * Modules one after the other: the response of each is the input of the next.
   * @param modules one at least
   * @returns a module from what the first one takes to what the last one gives
   * @throws GraphError for what is no module
   */
  <const M extends readonly AnyModule[]>(
    ...modules: M
  ): Module<FirstIn<M>, LastOut<M>, SequentialOptions, Record<never, never>>;
  readonly spec: (typeof definition)["spec"];
}

export const sequential = definition as unknown as Sequential;
