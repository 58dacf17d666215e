import { GraphError, ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { isNode, type Node, showNode } from "../core/node.ts";
import { onesLike, zerosLike } from "../ops/fill.ts";
import { isVariable, variableName } from "../ops/variable.ts";
import { pullback } from "./pullback.ts";

/**
 * Options of {@link grad} and {@link valueAndGrad}.
 *
 * @category Graph: derivatives
 */
export interface GradOptions {
  /**
   * What to do with a value from which no differentiable path leads to the loss.
   *
   * "error" throws an error that names the value; "zero" returns zeros. "error" by default.
   */
  readonly unused?: "error" | "zero";
}

function checkLoss(loss: Node): void {
  if (loss.shape.length === 0 && loss.type === "float") return;
  throw new ShapeError({
    where: "grad",
    must: "the loss must be a float scalar (shape [])",
    got: `${loss.type} ${showShape(loss.shape)}`,
    todo: "reduce it with sum or mean",
  });
}

/** What messages call a value. */
function nameOf(node: Node): string {
  return isVariable(node) ? `variable ${variableName(node)}` : showNode(node);
}

/**
 * Differentiates a scalar with respect to a node: ∂loss/∂x.
 *
 * It works in reverse, so the cost is a small multiple of the cost of the loss, for any number of values. The result is a graph:
 * differentiate it again for higher orders.
 *
 * {@includeCode ../../../../examples/api/graph/grad.ts#example}
 *
 * @param loss - The float scalar to differentiate.
 * @param wrt - The node x.
 * @param options - What to do if no path leads from x to the loss.
 * @returns The gradient, of the shape of x.
 * @throws {@link ShapeError} if the loss is no float scalar.
 * @throws {@link GraphError} if no differentiable path leads from x to the loss, or if an option is unknown.
 * @category Graph: derivatives
 */
export function grad(loss: Node, wrt: Node, options?: GradOptions): Node;
/**
 * Differentiates a scalar with respect to several nodes at once.
 *
 * @param loss - The float scalar to differentiate.
 * @param wrt - The nodes.
 * @param options - What to do if no path leads from a node to the loss.
 * @returns The gradients, in the order of `wrt` and of the same shapes.
 * @throws {@link ShapeError} if the loss is no float scalar.
 * @throws {@link GraphError} if no differentiable path leads from a node to the loss, or if an option is unknown.
 * @category Graph: derivatives
 */
export function grad(loss: Node, wrt: readonly Node[], options?: GradOptions): Node[];
export function grad(
  loss: Node,
  wrt: Node | readonly Node[],
  options: GradOptions = {},
): Node | Node[] {
  checkOptions("grad", options, ["unused"]);
  checkLoss(loss);
  const list = isNode(wrt) ? [wrt] : wrt;
  const found = pullback([loss], [onesLike(loss)], list).map((node, index) => {
    const x = list[index] as Node;
    if (node !== null) return node;
    if (options.unused === "zero") return zerosLike(x);
    throw new GraphError({
      where: "grad",
      must: "a differentiable path must lead from every value to the loss",
      got: `none from ${nameOf(x)}`,
      todo: 'leave it out, or pass { unused: "zero" }',
    });
  });
  return isNode(wrt) ? (found[0] as Node) : found;
}

/**
 * Returns a loss together with its gradients, for {@link compile}.
 *
 * {@includeCode ../../../../examples/api/graph/valueAndGrad.ts#example}
 *
 * @param loss - The float scalar to differentiate.
 * @param wrt - The nodes with respect to which it is differentiated.
 * @param options - What to do if no path leads from a node to the loss.
 * @returns The loss and its gradients.
 * @throws {@link ShapeError} if the loss is no float scalar.
 * @throws {@link GraphError} if no differentiable path leads from a node to the loss, or if an option is unknown.
 * @category Graph: derivatives
 */
export function valueAndGrad(
  loss: Node,
  wrt: readonly Node[],
  options?: GradOptions,
): {
  /** The loss itself. */
  readonly value: Node;
  /** The gradients, in the order of `wrt` and of the same shapes. */
  readonly grads: Node[];
} {
  return { value: loss, grads: grad(loss, wrt, options) };
}
