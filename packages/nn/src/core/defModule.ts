import { type Node, type Variable, variableOf, withScope } from "@metrigrad/graph";
import { checkNames, GraphError, type NamedVariable, type VariableSpec } from "@metrigrad/tensor";
import type {
  AnyDefinition,
  AnyModule,
  Children,
  Module,
  ModuleDefinition,
  ModuleSpec,
  ParameterTree,
} from "./module.ts";
import { memberPaths, parameterPath } from "./paths.ts";

/**
 * Defines a kind of module by its parameters and its response.
 *
 * The result is a function that makes modules of this kind. It is also the key under which a metric for the kind is found.
 * Nothing is registered.
 *
 * {@includeCode ../../../../examples/api/nn/defModule.ts#example}
 *
 * @param spec - The name, the options, the parameters, the children and `apply`.
 * @param variants - Further ways to make modules of the kind, such as `batchNorm.paper`; none by default.
 * @returns A function that makes modules of the kind. It throws GraphError if a parameter is not made by `param` or
 *   `state`, or if a child's name has a slash.
 * @throws {@link GraphError} if a name in `spec` is unknown, or if the name or `apply` is missing.
 * @category Models: own modules
 */
export function defModule<
  Args extends readonly unknown[] = [options?: unknown],
  O = Args[0],
  P extends ParameterTree = Record<never, never>,
  In = Node,
  Out = Node,
  V extends object = object,
>(
  spec: ModuleSpec<Args, O, P, In, Out>,
  variants: (make: (...args: Args) => Module<In, Out, O, P>) => V = () => ({}) as V,
): ModuleDefinition<Args, O, P, In, Out> & V {
  checkSpec(spec);
  const make = (...args: Args): Module<In, Out, O, P> => {
    const options = spec.options === undefined ? (args[0] as O) : spec.options(...args);
    const params = typeof spec.params === "function" ? spec.params(options) : spec.params;
    checkParams(spec.name, params ?? {});
    return makeModule({
      definition: make as unknown as AnyDefinition,
      options,
      params: params ?? ({} as P),
      ...childrenOf(spec.name, spec.children?.(options) ?? []),
      frozen: null,
    });
  };
  Object.defineProperty(make, "name", { value: spec.name });
  return Object.freeze(Object.assign(make, variants(make), { spec: Object.freeze(spec) }));
}

const specNames = ["name", "options", "params", "children", "apply", "law", "example", "torch"];

/** Throws GraphError if a specification has unknown names, or lacks a name or `apply`. */
function checkSpec(spec: { readonly name?: unknown; readonly apply?: unknown }): void {
  checkNames("defModule", spec, specNames, GraphError);
  if (typeof spec.name === "string" && typeof spec.apply === "function") return;
  throw new GraphError({
    where: "defModule",
    must: "it must have a name and a function apply",
    got: `{ ${Object.keys(spec).join(", ")} }`,
    todo: 'pass { name: "scaled", params: { gain }, apply: ({ gain }, x) => mul(x, gain) }',
  });
}

/** Throws GraphError if a parameter was not made by `param` or `state`. */
function checkParams(where: string, params: object): void {
  const odd = Object.entries(params).find(([, one]) => !["parameter", "state"].includes(one?.role));
  if (odd === undefined) return;
  throw new GraphError({
    where: `${where}, params`,
    must: `${odd[0]} must be a parameter or a statistic`,
    got: (odd[1] as object | undefined)?.constructor?.name ?? String(odd[1]),
    todo: "declare it: param(shape, init) or state(shape, init); a module inside belongs to `children`",
  });
}

/** Returns the children and their names. Throws GraphError if a name is not one part of a path. */
function childrenOf(where: string, children: Children) {
  if (isList(children)) return { children, childNames: null };
  const wrong = Object.keys(children).find((name) => !/^[^/]+$/.test(name));
  if (wrong === undefined)
    return { children: Object.values(children), childNames: Object.keys(children) };
  throw new GraphError({
    where: `${where}, children`,
    must: "names must be parts of paths, without a slash",
    got: JSON.stringify(wrong),
    todo: "name them as in { encoder, decoder }",
  });
}

function isList(children: Children): children is readonly AnyModule[] {
  return Array.isArray(children);
}

/** Makes a module of its parts. Its variables are named by the paths of its children. */
export function makeModule<In, Out, O, P extends ParameterTree>(
  parts: Omit<Module<In, Out, O, P>, "variables">,
): Module<In, Out, O, P> {
  const module: Module<In, Out, O, P> = {
    ...parts,
    get variables() {
      return variablesOf(module as unknown as AnyModule);
    },
  };
  return Object.freeze(module);
}

/** Returns the node of a parameter, which is the same node in every application. Messages show its first path. */
export function parameterNode(path: string, spec: VariableSpec): Variable {
  return withScope(path, () => variableOf(spec));
}

/** Returns the variables of a model, each of them once, in the order of the modules. */
export function variablesOf(model: AnyModule): NamedVariable[] {
  const seen = new Set<VariableSpec>();
  return [...memberPaths(model)].flatMap(([module, path]) =>
    Object.entries(module.params).flatMap(([name, spec]) => {
      if (seen.has(spec)) return [];
      seen.add(spec);
      return [{ path: parameterPath(path, name), spec }];
    }),
  );
}
