import type { AnyModule } from "./module.ts";

/**
 * The modules of a model with their paths, parents first. A module that stands in several places
 * has the path of the first. Inside a parent paths count by name: dense0, batchNorm0, dense1.
 */
export function memberPaths(model: AnyModule): Map<AnyModule, string> {
  const paths = new Map<AnyModule, string>();
  const visit = (module: AnyModule, path: string) => {
    if (paths.has(module)) return;
    paths.set(module, path);
    const counts = new Map<string, number>();
    for (const child of module.children) {
      if (paths.has(child)) continue;
      const { name } = child.definition.spec;
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      visit(child, path === "" ? `${name}${count}` : `${path}/${name}${count}`);
    }
  };
  visit(model, "");
  return paths;
}
