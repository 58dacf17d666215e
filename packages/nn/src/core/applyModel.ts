import type { Node, NodeLike, Update } from "@metrigrad/graph";
import { checkNames, GraphError, type Tensor, type Tree } from "@metrigrad/tensor";
import type { Law } from "../laws/law.ts";
import type { Application } from "./application.ts";
import { type AppliedExtras, type AppliedParameter, applierOf } from "./applier.ts";
import type { Mode, Module, NodeTree } from "./module.ts";
import { asNodeTree } from "./trees.ts";

/**
 * Options of {@link applyModel}.
 *
 * @category Models: composing
 */
export interface ApplyOptions<Out = Node, Y = Node> {
  /** Whether modules act as in training or as in inference; "infer" by default. */
  readonly mode?: Mode;
  /** The weights of the samples, [n]; by default all are 1. */
  readonly rowWeights?: Node | null;
  /** The law of the model's output, usually its likelihood; none by default. */
  readonly law?: Law<Out, Y> | null;
  /** The observed values. The masks and weights in them are then held fixed in the law. */
  readonly targets?: InputLike<Y>;
}

/**
 * The result of {@link applyModel}.
 *
 * @category Models: composing
 */
export interface AppliedModel<Out = Node> {
  /** The output of the model, a node or a tree of nodes. */
  readonly output: Out;
  /** Every use of a module with trainable parameters, in the order of application; frozen modules are left out. */
  readonly applications: readonly Application[];
  /** The values after the step of the running statistics that modules move; empty in inference mode. */
  readonly updates: readonly Update[];
  /** The parameters that are not frozen, each of them once. */
  readonly parameters: readonly AppliedParameter[];
  /** The values that modules gave beside their responses. */
  readonly extras: readonly AppliedExtras[];
}

/**
 * An input of a model in a graph: nodes, or tensors and numbers in their places.
 *
 * @category Models: composing
 */
export type InputLike<In> = In | (In extends Node ? NodeLike : never) | Tree<Node | Tensor>;

/**
 * Applies a model to an input and lists what was applied.
 *
 * The input is a node [n, …], or the tree of nodes that the model takes. Samples come first. The errors of the modules come
 * through.
 *
 * @param model - The module.
 * @param x - Its input: nodes, tensors or numbers in the structure that the module takes.
 * @param options - The mode, the weights of the samples, the law of the output, and the targets.
 * @returns The output, the applications, the updates of statistics, the parameters and the extras.
 * @throws {@link GraphError} if an option is unknown, if `model` is not a module, or if a module calls a child that it did
 *   not declare.
 * @throws {@link ShapeError} if the input is not a tree of nodes, tensors and numbers, or if its shape does not fit a
 *   module.
 * @category Models: composing
 */
export function applyModel<In, Out, Y = Node>(
  model: Module<In, Out>,
  x: InputLike<In>,
  options: ApplyOptions<Out, Y> = {},
): AppliedModel<Out> {
  checkNames("applyModel", options, ["mode", "rowWeights", "law", "targets"], GraphError);
  if (model?.definition === undefined) throw noModule(model);
  const { mode = "infer", rowWeights = null, law = null, targets } = options;
  const applier = applierOf({ mode, rowWeights, pathOf: () => null });
  const { response } = applier.apply(model as never, x);
  if (law !== null) {
    const own = law as unknown as Law;
    const known = targets === undefined ? own : own.given(asNodeTree(targets) as never);
    applier.observe(response as NodeTree, known);
  }
  const { applications, updates, parameters, extras } = applier;
  return { output: response as Out, applications, updates, parameters, extras };
}

/** Makes the error for a first argument that is not a module. */
function noModule(got: unknown): GraphError {
  const name = typeof got === "function" ? got.name : "";
  return new GraphError({
    where: "applyModel",
    must: "its first argument must be a module",
    got: name === "" ? String(got) : `the definition ${name}`,
    todo: `call the definition first: ${name || "dense"}(…)`,
  });
}
