import type { VariableSpec } from "@metrigrad/tensor";
import type { AnyModule } from "./module.ts";

/**
 * Returns the modules of a model with their paths, parents first. A module that stands in several places has the path of
 * the first place. The parent may name a child. Else the name is the kind and a count: dense0, batchNorm0, dense1.
 */
export function memberPaths(model: AnyModule): Map<AnyModule, string> {
  const paths = new Map<AnyModule, string>();
  const visit = (module: AnyModule, path: string) => {
    if (paths.has(module)) return;
    paths.set(module, path);
    const counts = new Map<string, number>();
    for (const [at, child] of module.children.entries()) {
      if (paths.has(child)) continue;
      const { name: kind } = child.definition.spec;
      const count = counts.get(kind) ?? 0;
      counts.set(kind, count + 1);
      const name = module.childNames?.[at] ?? `${kind}${count}`;
      visit(child, path === "" ? name : `${path}/${name}`);
    }
  };
  visit(model, "");
  return paths;
}

/** Returns the text before the paths of a model in a store, such as "critic/". */
export function prefixOf(
  paths: ReadonlyMap<AnyModule, string>,
  given: (spec: VariableSpec) => string | null,
): string {
  for (const [module, path] of paths) {
    for (const [name, spec] of Object.entries(module.params)) {
      const [here, there] = [parameterPath(path, name), given(spec)];
      if (there?.endsWith(here)) return there.slice(0, there.length - here.length);
    }
  }
  return "";
}

/** Returns the path of a parameter in a model. */
export function parameterPath(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}
