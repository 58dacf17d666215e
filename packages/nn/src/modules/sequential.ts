import { GraphError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { Module } from "../core/module.ts";

/** Options of `sequential`. */
export interface SequentialOptions {
  readonly modules: readonly Module[];
}

/** Modules one after the other: the response of each is the input of the next. */
export const sequential = defModule({
  name: "sequential",
  options: (...modules: Module[]): SequentialOptions => {
    for (const module of modules) {
      if (module?.definition !== undefined) continue;
      throw new GraphError({
        where: "sequential",
        must: "every argument must be a module",
        got:
          typeof module === "function"
            ? `the function ${(module as () => void).name}`
            : String(module),
        todo: "call the definition: sequential(dense(784, 10))",
      });
    }
    return { modules };
  },
  children: ({ modules }) => modules,
  apply: (_, x, { options, call }) => options.modules.reduce((h, module) => call(module, h), x),
});
