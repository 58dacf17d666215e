import { defModule } from "../core/defModule.ts";
import type { AnyModule, Module, NodeTree } from "../core/module.ts";
import { checkModule } from "./checkModule.ts";

/**
 * Options of {@link sequential}.
 *
 * @category Models: composing
 */
export interface SequentialOptions {
  /** The modules in their order. */
  readonly modules: readonly AnyModule[];
}

/**
 * The type of the first module's input.
 *
 * @category Models: composing
 */
export type FirstIn<M extends readonly AnyModule[]> = M extends readonly [
  Module<infer In, unknown>,
  ...unknown[],
]
  ? In
  : M extends readonly Module<infer In, unknown>[]
    ? In
    : never;

/**
 * The type of the last module's response.
 *
 * @category Models: composing
 */
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

/**
 * The type of {@link sequential}: it makes chains of modules, and `spec` is their definition.
 *
 * @category Models: composing
 */
export interface Sequential {
  /**
   * Makes a chain of modules.
   *
   * @param modules - The modules in their order, one at least.
   * @returns A module from the input of the first to the response of the last.
   * @throws {@link GraphError} if an argument is not a module.
   */
  <const M extends readonly AnyModule[]>(
    ...modules: M
  ): Module<FirstIn<M>, LastOut<M>, SequentialOptions, Record<never, never>>;
  /** The specification that the kind was defined by. */
  readonly spec: (typeof definition)["spec"];
}

/**
 * Makes a chain of modules: the response of each is the input of the next.
 *
 * {@includeCode ../../../../examples/api/nn/sequential.ts#example}
 *
 * @function
 * @category Models: composing
 */
export const sequential = definition as unknown as Sequential;
