import { add, type Node } from "@metrigrad/graph";
import { ShapeError, sameShape, showShape } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { Module } from "../core/module.ts";
import { checkModule } from "./checkModule.ts";

/**
 * Options of a skip connection.
 *
 * @category Models: composing
 */
export interface SkipOptions {
  /** The module f. */
  readonly module: Module;
  /** The module p that x goes through if f changes the shape; null for x itself. */
  readonly projection: Module | null;
}

/**
 * Makes a skip connection, x + f(x), or p(x) + f(x) if f changes the shape (He et al. 2016, arXiv 1512.03385).
 *
 * The two shapes must be the same: nothing is broadcast.
 *
 * {@includeCode ../../../../examples/api/nn/skip.ts#example}
 *
 * - `module`: the module f.
 * - `projection`: the module p, if f changes the shape; optional.
 *
 * @throws {@link GraphError} if an argument is not a module.
 * @throws {@link ShapeError} when the module is applied, if the two shapes differ.
 * @function
 * @category Models: composing
 */
export const skip = defModule({
  name: "skip",
  options: (module: Module, projection?: Module): SkipOptions => {
    for (const one of projection === undefined ? [module] : [module, projection]) {
      checkModule("skip", one);
    }
    return Object.freeze({ module, projection: projection ?? null });
  },
  children: ({ module, projection }) => (projection === null ? [module] : [module, projection]),
  apply: (_, x: Node, { options: { module, projection }, call }) => {
    const inner = call(module, x);
    const kept = projection === null ? x : call(projection, x);
    if (sameShape(kept.shape, inner.shape)) return add(kept, inner);
    throw new ShapeError({
      where: "skip",
      must: "what is added must have the same shape",
      got: `${showShape(kept.shape)} and ${showShape(inner.shape)}`,
      todo: "give it a projection: skip(module, dense(3, 8))",
    });
  },
});
