import { add, type Node } from "@metrigrad/graph";
import { ShapeError, sameShape, showShape } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { Module } from "../core/module.ts";
import { checkModule } from "./checkModule.ts";

/** Options of a skip connection. */
export interface SkipOptions {
  readonly module: Module;
  /** What x goes through where shapes change; null: x itself. */
  readonly projection: Module | null;
}

/**
 * x + f(x), or p(x) + f(x) where f changes the shape (He et al. 2016, arXiv 1512.03385). Shapes must be the same: nothing is
 * broadcast.
 * @throws GraphError for what is no module
 * @throws ShapeError where the sum is of two shapes
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
