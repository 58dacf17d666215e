import type { AnyModule } from "./module.ts";

/**
 * The modules of a model with their paths, parents first. A module that stands in several places
 * has the path of the first. Inside a parent a path is the name that the parent gives, else it counts by kind: dense0,
 * batchNorm0, dense1.
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
