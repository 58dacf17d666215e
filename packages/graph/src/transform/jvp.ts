import type { NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { zerosLike } from "../ops/fill.ts";
import { input } from "../ops/input.ts";
import { alike } from "./alike.ts";
import { substitute } from "./substitute.ts";
import { vjp } from "./vjp.ts";

/**
 * Multiplies the Jacobian by a vector from the right: $\dot y = \sum_x \frac{\partial y}{\partial x} \dot x$ for every output y.
 *
 * It is made of two vector–Jacobian products: the second one differentiates the first by its cotangents (Townsend 2017).
 *
 * {@includeCode ../../../../examples/api/graph/jvp.ts#example}
 *
 * @param outputs - The values y.
 * @param wrt - The nodes x.
 * @param tangents - The tangents ẋ: one for each node, of the node's shape.
 * @returns The tangents ẏ: one for each output, of the output's shape.
 * @throws {@link ShapeError} if `tangents` and `wrt` differ in number or shapes.
 * @category Graph: derivatives
 */
export function jvp(
  outputs: readonly Node[],
  wrt: readonly Node[],
  tangents: readonly NodeLike[],
): Node[] {
  const probes = outputs.map((output, index) =>
    input(`jvp probe ${index}`, output.shape, output.type),
  );
  const given = alike("jvp", "tangent", tangents, wrt);
  const back = vjp(outputs, wrt, probes);
  const forward = vjp(back, probes, given);
  // The first product is linear in the probes, so its derivative does not depend on them. What still mentions them is multiplied
  // by zero.
  const zeros = new Map<Node, Node>(probes.map((probe) => [probe, zerosLike(probe)]));
  return substitute(forward, zeros);
}
