import type { NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { alike } from "./alike.ts";
import { grad } from "./grad.ts";
import { vjp } from "./vjp.ts";

/** Hessian–vector products ∂²loss/∂x∂x' · v for a list of values, without the Hessian. */
export function hvp(loss: Node, wrt: readonly Node[], vectors: readonly NodeLike[]): Node[] {
  // The Hessian is symmetric, so the vjp of the gradient is the product.
  return vjp(grad(loss, wrt), wrt, alike("hvp", "vector", vectors, wrt));
}
