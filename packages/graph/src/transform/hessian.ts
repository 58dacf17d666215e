import type { Node } from "../core/node.ts";
import { grad } from "./grad.ts";
import { jacobian } from "./jacobian.ts";

/** ∂²loss/∂x∂x', of shape [...x's, ...x's]. */
export function hessian(loss: Node, wrt: Node): Node {
  return jacobian(grad(loss, wrt), wrt);
}
