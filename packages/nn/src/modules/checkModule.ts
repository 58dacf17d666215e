import { GraphError } from "@metrigrad/tensor";
import type { AnyModule } from "../core/module.ts";

/** Throws GraphError unless the value is a module. */
export function checkModule(where: string, module: AnyModule): void {
  if (module?.definition !== undefined) return;
  throw new GraphError({
    where,
    must: "every argument must be a module",
    got: shownAs(module),
    todo: Array.isArray(module)
      ? `pass them one by one: ${where}(...modules)`
      : `call the definition: ${where}(dense(784, 10)); an activation is an option of dense, or lambda(relu)`,
  });
}

/** Returns a value as text for messages. */
function shownAs(value: unknown): string {
  if (typeof value === "function") return `the function ${value.name}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "object" && value !== null
    ? `{ ${Object.keys(value).join(", ")} }`
    : String(value);
}
