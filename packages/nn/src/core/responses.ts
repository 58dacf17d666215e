import { isNode } from "@metrigrad/graph";
import { type ErrorParts, GraphError, MetrigradError } from "@metrigrad/tensor";
import type { AnyModule, FullyApplied, NodeTree } from "./module.ts";
import { nodesOf, showTree } from "./trees.ts";

/** What a module's `apply` returned, whole. Throws GraphError where it is no tree of nodes. */
export function appliedOf(where: string, result: unknown): FullyApplied<NodeTree> {
  const long =
    typeof result === "object" && result !== null && !isNode(result) && "response" in result;
  const given = (long ? result : { response: result }) as Partial<FullyApplied<NodeTree>>;
  const { response, extras = null } = given;
  const own = isNode(response) ? response : null;
  const { preActivation = own } = given;
  try {
    const nodes = nodesOf(response as NodeTree);
    if (extras !== null) nodesOf(extras);
    if (nodes.length > 0 && (preActivation === null || isNode(preActivation))) {
      return { response: response as NodeTree, preActivation, extras };
    }
  } catch {
    // Both lead to the error below.
  }
  const show = (value: unknown) => (isNode(value) ? "a node" : String(value));
  throw new GraphError({
    where,
    must: "apply must return a node or a tree of nodes, or { response, preActivation, extras }",
    got: `response ${show(response)} and preActivation ${show(preActivation)}`,
    todo: "return what is made of the input and the parameters by ops",
  });
}

/** What went wrong inside of a module's `apply`. */
export function notApplied(module: AnyModule, path: string, input: NodeTree, error: TypeError) {
  const { name } = module.definition.spec;
  const made = new GraphError({
    where: path === "" ? `${name}, apply` : `${name} at ${path}, apply`,
    must: "it must be able to use its input",
    got: `${showTree(input)}, and ${error.message}`,
    todo: "give it the node, list or record that its `apply` takes",
  });
  made.cause = error;
  return made;
}

/** An error that names the module's kind alone, with its path; others as they are. */
export function placed(module: AnyModule, path: string, error: unknown): unknown {
  const { name } = module.definition.spec;
  if (!(error instanceof MetrigradError) || error.parts.where !== name || path === "") return error;
  const Refusal = error.constructor as new (parts: ErrorParts) => MetrigradError;
  const made = new Refusal({ ...error.parts, where: `${name} at ${path}` });
  made.cause = error;
  return made;
}

/** A module that is no child of the one that calls it. */
export function undeclared(module: AnyModule): GraphError {
  return new GraphError({
    where: "applyModel",
    must: "a module may call only the children that it declares",
    got: module.definition.spec.name,
    todo: "return it from `children`",
  });
}

/** A module that moves statistics in a loop. */
export function movedInLoop(module: AnyModule, path: string): GraphError {
  const { name } = module.definition.spec;
  return new GraphError({
    where: path === "" ? name : `${name} at ${path}`,
    must: "a module that moves running statistics must stand outside of the cell of a scan",
    got: "an update in a cell",
    todo: "apply it before or after the loop, freeze it, or use repeat, which keeps statistics of each copy",
  });
}
