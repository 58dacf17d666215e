import { GraphError } from "@metrigrad/tensor";
import type { AnyModule } from "../core/module.ts";

/** Throws GraphError for what is no module. */
export function checkModule(where: string, module: AnyModule): void {
  if (module?.definition !== undefined) return;
  throw new GraphError({
    where,
    must: "every argument must be a module",
    got:
      typeof module === "function" ? `the function ${(module as () => void).name}` : String(module),
    todo: `call the definition: ${where}(dense(784, 10)); an activation is an option of dense, or lambda(relu)`,
  });
}
