import type { Node, NodeLike, Update } from "@metrigrad/graph";
import { checkNames, GraphError, type Tensor, type Tree } from "@metrigrad/tensor";
import type { Law } from "../laws/law.ts";
import type { Application } from "./application.ts";
import { type AppliedExtras, type AppliedParameter, applierOf } from "./applier.ts";
import type { Mode, Module, NodeTree } from "./module.ts";
import { asNodeTree } from "./trees.ts";

/** How to apply a model. */
export interface ApplyOptions<Out = Node, Y = Node> {
  /** `infer` by default. */
  readonly mode?: Mode;
  /** Weights of the samples, [n]. */
  readonly rowWeights?: Node | null;
  /** The law of the model's output, usually its likelihood. */
  readonly law?: Law<Out, Y> | null;
  /** What is observed: masks and weights in it are held fixed in the law. */
  readonly targets?: InputLike<Y>;
}

/** What applying a model gives. */
export interface AppliedModel<Out = Node> {
  readonly output: Out;
  /** Every use of a module with trainable parameters, in the order of application; frozen ones are left out. */
  readonly applications: readonly Application[];
  /** How the modules move their running statistics; empty when inferring. */
  readonly updates: readonly Update[];
  /** Those that are not frozen. */
  readonly parameters: readonly AppliedParameter[];
  /** What modules gave beside their responses. */
  readonly extras: readonly AppliedExtras[];
}

/** What stands for an input in a graph: nodes, tensors and numbers in the place of nodes. */
export type InputLike<In> = In | (In extends Node ? NodeLike : never) | Tree<Node | Tensor>;

/**
 * Applies a model to an input: a node [n, …], or the tree of nodes that it takes. Samples come first.
 * @param model the module
 * @param x its input
 * @param options mode, weights of the samples, and the law of the output
 * @returns the output and what was applied
 * @throws what the modules throw, and GraphError where one calls a module that it did not declare as a child
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

function noModule(got: unknown): GraphError {
  const name = typeof got === "function" ? got.name : "";
  return new GraphError({
    where: "applyModel",
    must: "its first argument must be a module",
    got: name === "" ? String(got) : `the definition ${name}`,
    todo: `call the definition first: ${name || "dense"}(…)`,
  });
}
