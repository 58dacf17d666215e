import type { NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { zerosLike } from "../ops/fill.ts";
import { input } from "../ops/input.ts";
import { alike } from "./alike.ts";
import { substitute } from "./substitute.ts";
import { vjp } from "./vjp.ts";

/**
 * Jacobian–vector products: Σ_x ∂y/∂x ẋ for every output y, of the shape of y. It is the vjp of
 * the vjp, which is linear in its cotangents (Townsend 2017). Throws ShapeError where
 * tangents and `wrt` differ in number or shape.
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
  // A linear map's derivative does not depend on where it is taken; whatever mentions the probes
  // in it is multiplied by zero.
  const zeros = new Map<Node, Node>(probes.map((probe) => [probe, zerosLike(probe)]));
  return substitute(forward, zeros);
}
