import { GraphError, ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { isNode, type Node, showNode } from "../core/node.ts";
import { onesLike, zerosLike } from "../ops/fill.ts";
import { isVariable, variableName } from "../ops/variable.ts";
import { pullback } from "./pullback.ts";

/** What to do with a value that no differentiable path connects to the loss. */
export interface GradOptions {
  /** `error` (the default) names the value; `zero` gives zeros. */
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

function nameOf(node: Node): string {
  return isVariable(node) ? `variable ${variableName(node)}` : showNode(node);
}

/**
 * ∂loss/∂x for one node or a list of nodes, as nodes of the same shapes; reverse mode, so its cost
 * is a small multiple of the loss's whatever the number of values. Differentiate the results again
 * for higher orders. Throws ShapeError for a loss that is no scalar, GraphError for a value that
 * no differentiable path connects to the loss.
 */
export function grad(loss: Node, wrt: Node, options?: GradOptions): Node;
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

/** The loss beside its gradient, for `compile`. */
export function valueAndGrad(
  loss: Node,
  wrt: readonly Node[],
  options?: GradOptions,
): { readonly value: Node; readonly grads: Node[] } {
  return { value: loss, grads: grad(loss, wrt, options) };
}
