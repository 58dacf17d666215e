import type { NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { zerosLike } from "../ops/fill.ts";
import { alike } from "./alike.ts";
import { pullback } from "./pullback.ts";

/**
 * Multiplies the Jacobian by a vector from the left: $\bar x = \sum_k \bar y_k' \frac{\partial y_k}{\partial x}$ for every node x.
 *
 * {@includeCode ../../../../examples/api/graph/vjp.ts#example}
 *
 * @param outputs - The values y_k.
 * @param wrt - The nodes x.
 * @param cotangents - The cotangents ȳ_k: one for each output, of the output's shape.
 * @returns The cotangents x̄: one for each node, of the node's shape. They are zeros if no path leads from x to an output.
 * @throws {@link ShapeError} if `cotangents` and `outputs` differ in number or shapes.
 * @category Graph: derivatives
 */
export function vjp(
  outputs: readonly Node[],
  wrt: readonly Node[],
  cotangents: readonly NodeLike[],
): Node[] {
  const given = alike("vjp", "cotangent", cotangents, outputs);
  return pullback(outputs, given, wrt).map((node, index) => node ?? zerosLike(wrt[index] as Node));
}
