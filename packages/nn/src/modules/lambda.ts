import type { Node } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { Module, NodeTree } from "../core/module.ts";

/**
 * Options of {@link lambda}.
 *
 * @category Models: composing
 */
export interface LambdaOptions {
  /** The function, from the input of the module to its response. */
  readonly f: (x: never) => NodeTree;
}

const definition = defModule({
  name: "lambda",
  options: (f: (x: never) => NodeTree): LambdaOptions => {
    if (typeof f === "function") return Object.freeze({ f });
    throw new GraphError({
      where: "lambda",
      must: "it must be a function of nodes",
      got: String(f),
      todo: "call lambda(relu) or lambda((x) => mul(x, 2))",
    });
  },
  apply: (_, x: NodeTree, { options: { f } }): NodeTree => f(x as never),
});

/**
 * The type of {@link lambda}: it makes modules of functions, and `spec` is their definition.
 *
 * @category Models: composing
 */
export interface Lambda {
  /**
   * Makes a module of a function.
   *
   * @param f - The function, from the input of the module to its response.
   * @returns The module.
   * @throws {@link GraphError} if `f` is not a function.
   */
  <In = Node, Out extends NodeTree = Node>(
    f: (x: In) => Out,
  ): Module<In, Out, LambdaOptions, Record<never, never>>;
  /** The specification that the kind was defined by. */
  readonly spec: (typeof definition)["spec"];
}

/**
 * Makes a module without parameters of a function of nodes, such as an activation, a reshape or a mean over positions.
 *
 * `lambda(relu)` is an activation as a module. `lambda((x) => mul(x, 2))` doubles its input.
 *
 * @function
 * @category Models: composing
 */
export const lambda = definition as unknown as Lambda;
