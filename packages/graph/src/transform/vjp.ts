import { ShapeError, sameShape, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { zerosLike } from "../ops/fill.ts";
import { pullback } from "./pullback.ts";

/**
 * Vector–Jacobian products: Σ_k ȳ_k' ∂y_k/∂x for every x in `wrt`, of the shape of x; zeros where
 * no path leads. Throws ShapeError where a cotangent's shape is not its output's.
 */
export function vjp(
  outputs: readonly Node[],
  wrt: readonly Node[],
  cotangents: readonly NodeLike[],
): Node[] {
  const given = outputs.map((output, index) => {
    const cotangent = asNode(cotangents[index] ?? 0);
    if (!sameShape(cotangent.shape, output.shape)) {
      throw new ShapeError({
        where: `vjp, cotangent ${index}`,
        must: `it must have its output's shape ${showShape(output.shape)}`,
        got: showShape(cotangent.shape),
        todo: "pass one cotangent per output, of equal shape",
      });
    }
    return cotangent;
  });
  return pullback(outputs, given, wrt).map((node, index) => node ?? zerosLike(wrt[index] as Node));
}
