import type { NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { zerosLike } from "../ops/fill.ts";
import { alike } from "./alike.ts";
import { pullback } from "./pullback.ts";

/**
 * Vector–Jacobian products: Σ_k ȳ_k' ∂y_k/∂x for every x in `wrt`, of the shape of x; zeros where
 * no path leads. Throws ShapeError where cotangents and outputs differ in number or shape.
 */
export function vjp(
  outputs: readonly Node[],
  wrt: readonly Node[],
  cotangents: readonly NodeLike[],
): Node[] {
  const given = alike("vjp", "cotangent", cotangents, outputs);
  return pullback(outputs, given, wrt).map((node, index) => node ?? zerosLike(wrt[index] as Node));
}
