import type { VariableSpec } from "@metrigrad/tensor";
import { makeModule } from "./defModule.ts";
import type { AnyModule, Module, ParameterTree } from "./module.ts";
import { memberPaths, parameterPath } from "./paths.ts";

/**
 * The module with parameters that are not trained, as another module of the same kind: put it where
 * the module stood; it has the same parameters, so that a store serves both. What is frozen takes no
 * gradients, metrics or L2, and frozen statistics stay as they are; a module that is frozen as a
 * whole is applied as when inferring. What stands in a frozen module is frozen everywhere.
 * @param module the module, which does not change
 * @param where which parameters and statistics, by their paths in the module ("dense0/w"); all by default
 * @returns the frozen module
 */
export function freeze<In, Out, O, P extends ParameterTree>(
  module: Module<In, Out, O, P>,
  where?: (path: string) => boolean,
): Module<In, Out, O, P> {
  const { definition, options, params, children, childNames, frozen: before } = module;
  const now = where ?? (() => true);
  const frozen = before === null ? now : (path: string) => before(path) || now(path);
  return makeModule({ definition, options, params, children, childNames, frozen });
}

/** What is frozen in a model. */
export interface Frozen {
  readonly specs: ReadonlySet<VariableSpec>;
  /** Modules all of whose parameters and statistics are frozen; of those without any, what stands in a frozen one. */
  readonly modules: ReadonlySet<AnyModule>;
}

/** The parameters, statistics and modules of a model that are frozen. */
export function frozenIn(model: AnyModule): Frozen {
  const specs = new Set<VariableSpec>();
  const inside = new Set<AnyModule>();
  const visited = new Set<AnyModule>();
  const visit = (module: AnyModule) => {
    if (visited.has(module)) return;
    visited.add(module);
    const { frozen } = module;
    if (frozen !== null) {
      for (const [member, path] of memberPaths(module)) {
        const own = Object.entries(member.params).filter(([name, spec]) => {
          if (!frozen(parameterPath(path, name))) return false;
          specs.add(spec);
          return true;
        });
        if (own.length === Object.keys(member.params).length && frozen(path)) inside.add(member);
      }
    }
    for (const child of module.children) visit(child);
  };
  visit(model);
  const modules = [...memberPaths(model).keys()].filter((module) => {
    const own = Object.values(module.params);
    return own.length === 0 ? inside.has(module) : own.every((spec) => specs.has(spec));
  });
  return { specs, modules: new Set(modules) };
}
