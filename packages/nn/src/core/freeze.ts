import type { VariableSpec } from "@metrigrad/tensor";
import { makeModule } from "./defModule.ts";
import type { AnyModule, Module, ParameterTree } from "./module.ts";
import { memberPaths, parameterPath } from "./paths.ts";

/**
 * Returns the module with parameters that are not trained.
 *
 * The result is another module of the same kind with the same parameters. Put it in the place of the module: one store
 * serves both. Frozen parameters get no gradient, no metric and no L2 penalty. Frozen statistics do not move. A module that
 * is frozen as a whole acts as in inference. The parts of a frozen module are frozen wherever they stand.
 *
 * @param module - The module. It does not change.
 * @param where - Takes a path in the module, such as "dense0/w", and returns whether it is frozen; all by default.
 * @returns The frozen module.
 * @nothrow
 * @category Models: composing
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

/** The frozen parts of a model. */
export interface Frozen {
  readonly specs: ReadonlySet<VariableSpec>;
  /**
   * The modules whose parameters and statistics are all frozen. A module without any is in the set if it stands in a frozen
   * module.
   */
  readonly modules: ReadonlySet<AnyModule>;
}

/** Returns the frozen parameters, statistics and modules of a model. */
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
