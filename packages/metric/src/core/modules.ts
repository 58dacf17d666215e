import type { AnyModule } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";

/** Returns a module and all modules inside of it. */
export function withChildren(
  module: AnyModule,
  found = new Set<AnyModule>(),
): ReadonlySet<AnyModule> {
  if (found.has(module)) return found;
  found.add(module);
  for (const child of module.children) withChildren(child, found);
  return found;
}

/**
 * Returns lists of modules, at least one. A single list of modules is one group. Throws MetricError for anything
 * else.
 */
export function groupsOf(
  where: string,
  by: readonly (AnyModule | readonly AnyModule[])[],
  names: readonly string[],
): readonly (readonly AnyModule[])[] {
  if (!Array.isArray(by) || by.length === 0) throw unknown(where, names, by);
  const groups = by.every(isModule) ? [by] : by;
  if (groups.every((group) => Array.isArray(group) && group.every(isModule))) return groups;
  throw unknown(where, names, by);
}

function isModule(value: unknown): value is AnyModule {
  return typeof value === "object" && value !== null && "definition" in value;
}

function unknown(where: string, names: readonly string[], by: unknown): MetricError {
  return new MetricError({
    where,
    must: `it must be by ${names.map((name) => `"${name}"`).join(", ")}, by a list of modules or by several`,
    got: Array.isArray(by)
      ? `a list of ${by.length} that are not all modules or lists of them`
      : String(by),
    todo: "pass lists of modules as they stand in the model: [[first, second], [third]]",
  });
}
