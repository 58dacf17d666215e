import type { Node } from "../core/node.ts";
import { grad } from "./grad.ts";
import { jacobian } from "./jacobian.ts";

/**
 * Returns the matrix of second derivatives, ∂²loss/∂x∂x'.
 *
 * {@includeCode ../../../../examples/api/graph/hessian.ts#example}
 *
 * @param loss - The float scalar to differentiate.
 * @param wrt - The node x.
 * @returns The Hessian. Its shape is that of x twice, [...x, ...x].
 * @throws {@link ShapeError} if the loss is no float scalar.
 * @throws {@link GraphError} if no differentiable path leads from x to the loss.
 * @category Graph: derivatives
 */
export function hessian(loss: Node, wrt: Node): Node {
  return jacobian(grad(loss, wrt), wrt);
}
