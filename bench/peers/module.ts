import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * Loads a package of bench/package.json. By a variable name, so that the types of what is not
 * installed are not asked for; a package from CommonJS comes as its exports.
 */
export async function load<T>(name: string): Promise<T> {
  const found = (await import(name)) as { readonly default?: unknown };
  const { default: inner } = found;
  return (typeof inner === "object" && inner !== null ? inner : found) as T;
}

/** The version of a package, from the package.json above what it is loaded from. */
export function versionOf(name: string): string {
  let folder = dirname(createRequire(import.meta.url).resolve(name));
  while (dirname(folder) !== folder) {
    try {
      const found = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      if (found.name === name) return found.version;
    } catch {}
    folder = dirname(folder);
  }
  return "of unknown version";
}
