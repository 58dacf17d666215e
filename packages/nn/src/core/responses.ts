import { isNode } from "@metrigrad/graph";
import { type ErrorParts, GraphError, MetrigradError } from "@metrigrad/tensor";
import type { AnyModule, FullyApplied, NodeTree } from "./module.ts";
import { nodesOf, showTree } from "./trees.ts";

/** Returns the result of a module's `apply` in its long form. Throws GraphError if it is not a tree of nodes. */
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
    // Both cases lead to the error below.
  }
  const show = (value: unknown) => (isNode(value) ? "a node" : String(value));
  throw new GraphError({
    where,
    must: "apply must return a node or a tree of nodes, or { response, preActivation, extras }",
    got: `response ${show(response)} and preActivation ${show(preActivation)}`,
    todo: "return what is made of the input and the parameters by ops",
  });
}

/** Makes the error for a TypeError inside of a module's `apply`. */
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

/**
 * Returns an error with the module's path, if the error names the module's kind alone. Other errors are returned as they
 * are.
 */
export function placed(module: AnyModule, path: string, error: unknown): unknown {
  const { name } = module.definition.spec;
  if (!(error instanceof MetrigradError) || error.parts.where !== name || path === "") return error;
  const Refusal = error.constructor as new (parts: ErrorParts) => MetrigradError;
  const made = new Refusal({ ...error.parts, where: `${name} at ${path}` });
  made.cause = error;
  return made;
}

/** Makes the error for a call of a module that is not a declared child. */
export function undeclared(module: AnyModule): GraphError {
  return new GraphError({
    where: "applyModel",
    must: "a module may call only the children that it declares",
    got: module.definition.spec.name,
    todo: "return it from `children`",
  });
}

/** Makes the error for a module that moves statistics in a loop. */
export function movedInLoop(module: AnyModule, path: string): GraphError {
  const { name } = module.definition.spec;
  return new GraphError({
    where: path === "" ? name : `${name} at ${path}`,
    must: "a module that moves running statistics must stand outside of the cell of a scan",
    got: "an update in a cell",
    todo: "apply it before or after the loop, freeze it, or use repeat, which keeps statistics of each copy",
  });
}
