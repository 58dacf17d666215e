import {
  asNode,
  isNode,
  type Node,
  type NodeLike,
  type Update,
  type Variable,
  withScope,
} from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import type { RowLaw as Law } from "../laws/law.ts";
import type { Application } from "./application.ts";
import { parameterNode } from "./defModule.ts";
import { frozenMembers } from "./freeze.ts";
import type { Applied, ApplyContext, Mode, Module } from "./module.ts";
import type { Decay } from "./parameter.ts";
import { memberPaths } from "./paths.ts";

/** How to apply a model. */
export interface ApplyOptions {
  /** `infer` by default. */
  readonly mode?: Mode;
  /** Weights of the rows, [n]. */
  readonly rowWeights?: Node | null;
  /** The law of the model's output, usually its likelihood. */
  readonly law?: Law | null;
}

/** A trainable parameter of an applied model. */
export interface AppliedParameter {
  readonly variable: Variable;
  readonly decay: Decay;
}

/** What applying a model gives. */
export interface AppliedModel {
  readonly output: Node;
  /** Every use of a module with trainable parameters, in the order of application; frozen ones are left out. */
  readonly applications: readonly Application[];
  /** How the modules move their running statistics; empty when inferring. */
  readonly updates: readonly Update[];
  /** Those that are not frozen. */
  readonly parameters: readonly AppliedParameter[];
}

/**
 * Applies a model to rows x [n, …]. Throws what its modules throw, and GraphError where a module
 * calls one that it did not declare as a child.
 */
export function applyModel(model: Module, x: NodeLike, options: ApplyOptions = {}): AppliedModel {
  const { mode = "infer", rowWeights = null, law = null } = options;
  const paths = memberPaths(model);
  const nodes = new Map<Module, Readonly<Record<string, Variable>>>();
  for (const [module, path] of paths) {
    const entries = Object.entries(module.params);
    nodes.set(
      module,
      Object.fromEntries(entries.map(([name, spec]) => [name, parameterNode(path, name, spec)])),
    );
  }
  const frozen = frozenMembers(model);
  const applications: Omit<Application, "model">[] = [];
  const updates = new Map<Variable, Node>();

  /** The response of one module, with `call` for its children. */
  const respond = (
    module: Module,
    input: Node,
    { mode: at, call }: { readonly mode: Mode; readonly call: ApplyContext<unknown>["call"] },
  ): Required<Applied> => {
    const path = paths.get(module);
    if (path === undefined) throw undeclared(module);
    const moving = at === "train" && !frozen.has(module);
    const context: ApplyContext<unknown> = {
      options: module.options,
      mode: moving ? "train" : "infer",
      rowWeights,
      update: (statistic, value) => {
        if (moving) updates.set(statistic, asNode(value));
      },
      call,
    };
    const { spec } = module.definition;
    const params = nodes.get(module) as Readonly<Record<string, Variable>>;
    const result = withScope(path, () => spec.apply(params as never, input, context as never));
    return appliedOf(spec.name, result);
  };
  const again = (module: Module, input: Node): Required<Applied> =>
    respond(module, input, { mode: "infer", call: (child, h) => again(child, h).response });
  const call = (module: Module, input: Node): Node => {
    const { response, preActivation } = respond(module, input, { mode, call });
    const trained = Object.values(module.params).some(({ role }) => role === "parameter");
    if (trained && !frozen.has(module)) {
      const { definition, options } = module;
      applications.push({
        path: paths.get(module) as string,
        definition,
        module,
        options,
        params: nodes.get(module) as Readonly<Record<string, Variable>>,
        reference: input,
        preActivation,
        response,
        law: definition.spec.law?.(options as never) ?? null,
        applyTo: (rows) => again(module, rows),
      });
    }
    return response;
  };

  const output = call(model, asNode(x));
  const parameters = [...nodes].flatMap(([module, params]) =>
    Object.entries(module.params)
      .filter(([, { role }]) => role === "parameter" && !frozen.has(module))
      .map(([name, { decay }]) => ({ variable: params[name] as Variable, decay })),
  );
  return {
    output,
    applications: applications.map((a) => ({
      ...a,
      law: a.response === output && law !== null ? law : a.law,
      model: { module: model, output, law },
    })),
    updates: [...updates],
    parameters,
  };
}

/** What a module's `apply` returned, whole. Throws GraphError where it is no node. */
function appliedOf(where: string, result: Node | Applied): Required<Applied> {
  const given: Partial<Applied> = isNode(result) ? { response: result } : Object(result);
  const { response, preActivation = response } = given;
  if (isNode(response) && isNode(preActivation)) return { response, preActivation };
  const show = (value: unknown) => (isNode(value) ? "a node" : String(value));
  throw new GraphError({
    where,
    must: "apply must return a node, or { response, preActivation }",
    got: `response ${show(response)} and preActivation ${show(preActivation)}`,
    todo: "return what is made of the input and the parameters by ops",
  });
}

function undeclared(module: Module): GraphError {
  return new GraphError({
    where: "applyModel",
    must: "a module may call only the children that it declares",
    got: module.definition.spec.name,
    todo: "return it from `children`",
  });
}
