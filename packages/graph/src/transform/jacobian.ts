import { sizeOf } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { eye } from "../ops/eye.ts";
import { input } from "../ops/input.ts";
import { reshape } from "../ops/reshape.ts";
import { batched } from "./batched.ts";
import { vjp } from "./vjp.ts";

/**
 * Returns all derivatives of a value with respect to a node, ∂output/∂x.
 *
 * One pullback runs for all elements of the output at once, as a batch.
 *
 * {@includeCode ../../../../examples/api/graph/jacobian.ts#example}
 *
 * @param output - The float value to differentiate.
 * @param wrt - The node x.
 * @returns The derivatives, [...output, ...x]. They are zeros if no path leads from x to the output.
 * @nothrow
 * @category Graph: derivatives
 */
export function jacobian(output: Node, wrt: Node): Node {
  const size = sizeOf(output.shape);
  const row = input("jacobian row", output.shape);
  const [back] = vjp([output], [wrt], [row]) as [Node];
  const basis = reshape(eye(size), [size, ...output.shape]);
  const [rows] = batched([back], new Map([[row as Node, basis]]), size) as [Node];
  return reshape(rows, [...output.shape, ...wrt.shape]);
}
