import { makeModule } from "./defModule.ts";
import type { Module, ParameterTree } from "./module.ts";

/**
 * The module with parameters that are not trained, as another module of the same kind: put it where
 * the module stood, and its variables have the same names, so that a store serves both models.
 * Neither it nor what is inside takes gradients, metrics or L2, and its statistics stay as they
 * are: it is applied as when inferring. What stands in a frozen module is frozen everywhere.
 */
export function freeze<O, P extends ParameterTree>(module: Module<O, P>): Module<O, P> {
  const { definition, options, params, children } = module;
  return makeModule({ definition, options, params, children, frozen: true });
}

/** The modules of a model that are frozen: those made by `freeze`, and all inside. */
export function frozenMembers(model: Module): ReadonlySet<Module> {
  const [frozen, seen] = [new Set<Module>(), new Set<Module>()];
  const visit = (module: Module, inside: boolean) => {
    const now = inside || module.frozen;
    // Once more where it turns out to be frozen after all.
    if (seen.has(module) && (!now || frozen.has(module))) return;
    seen.add(module);
    if (now) frozen.add(module);
    for (const child of module.children) visit(child, now);
  };
  visit(model, false);
  return frozen;
}
