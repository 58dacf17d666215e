import { type Variable, variable } from "@metrigrad/graph";
import type { VariableSpec } from "@metrigrad/tensor";
import type {
  AnyDefinition,
  Module,
  ModuleDefinition,
  ModuleSpec,
  ParameterTree,
} from "./module.ts";
import type { ParameterSpec } from "./parameter.ts";
import { memberPaths } from "./paths.ts";

/**
 * Defines a kind of module by its parameters and its response. The result makes modules and is the
 * key under which a metric is found.
 */
export function defModule<
  Args extends readonly unknown[] = [options?: unknown],
  O = Args[0],
  P extends ParameterTree = Record<never, never>,
>(spec: ModuleSpec<Args, O, P>): ModuleDefinition<Args, O, P> {
  const make = (...args: Args): Module<O, P> => {
    const options = spec.options === undefined ? (args[0] as O) : spec.options(...args);
    const params = typeof spec.params === "function" ? spec.params(options) : spec.params;
    return makeModule({
      definition: make as unknown as AnyDefinition,
      options,
      params: params ?? ({} as P),
      children: spec.children?.(options) ?? [],
      frozen: false,
    });
  };
  Object.defineProperty(make, "name", { value: spec.name });
  return Object.freeze(Object.assign(make, { spec: Object.freeze(spec) }));
}

/** A module of its parts; its variables are named by the paths that it gives its children. */
export function makeModule<O, P extends ParameterTree>(
  parts: Omit<Module<O, P>, "variables">,
): Module<O, P> {
  const module: Module<O, P> = {
    ...parts,
    get variables() {
      return variablesOf(module as Module);
    },
  };
  return Object.freeze(module);
}

/** Name of a parameter's variable in a model. */
export function variableName(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}

const nodes = new WeakMap<ParameterSpec, Map<string, Variable>>();

/** The node of a parameter in a model: the same one in every application, so that it can be told. */
export function parameterNode(path: string, name: string, spec: ParameterSpec): Variable {
  const known = nodes.get(spec) ?? new Map<string, Variable>();
  nodes.set(spec, known);
  const full = variableName(path, name);
  const { shape, init, role } = spec;
  const node = known.get(full) ?? variable(full, shape, { init, role });
  known.set(full, node);
  return node;
}

/** The variables of a model, in the order in which its modules stand. */
function variablesOf(model: Module): VariableSpec[] {
  return [...memberPaths(model)].flatMap(([module, path]) =>
    Object.entries(module.params).map(([name, spec]) => parameterNode(path, name, spec).attrs),
  );
}
