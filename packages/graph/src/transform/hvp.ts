import type { NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { alike } from "./alike.ts";
import { grad } from "./grad.ts";
import { vjp } from "./vjp.ts";

/**
 * Multiplies the Hessian of a loss by a vector, ∂²loss/∂x∂x'·v, without computing the Hessian.
 *
 * {@includeCode ../../../../examples/api/graph/hvp.ts#example}
 *
 * @param loss - The float scalar to differentiate.
 * @param wrt - The nodes x. Together they are the arguments of the Hessian.
 * @param vectors - The vector: one part for each node, of the node's shape.
 * @returns The product: one part for each node, of the node's shape.
 * @throws {@link ShapeError} if the loss is no float scalar, or if `vectors` and `wrt` differ in number or shapes.
 * @throws {@link GraphError} if no differentiable path leads from a node to the loss.
 * @category Graph: derivatives
 */
export function hvp(loss: Node, wrt: readonly Node[], vectors: readonly NodeLike[]): Node[] {
  // The Hessian is symmetric, so the vector–Jacobian product of the gradient is the wanted product.
  return vjp(grad(loss, wrt), wrt, alike("hvp", "vector", vectors, wrt));
}
