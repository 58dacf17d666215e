import type { Node } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { Module, NodeTree } from "../core/module.ts";

/** Options of `lambda`. */
export interface LambdaOptions {
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

/** Makes modules of functions; the definition that its `spec` belongs to. */
export interface Lambda {
  /**
   * A function of nodes as a module without parameters: an activation, a reshape, a mean over positions.
   * @param f from what the module takes to what it gives
   * @returns the module
   * @throws GraphError for what is no function
   */
  <In = Node, Out extends NodeTree = Node>(
    f: (x: In) => Out,
  ): Module<In, Out, LambdaOptions, Record<never, never>>;
  readonly spec: (typeof definition)["spec"];
}

export const lambda = definition as unknown as Lambda;
