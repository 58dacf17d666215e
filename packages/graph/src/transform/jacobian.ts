import { sizeOf } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { eye } from "../ops/eye.ts";
import { input } from "../ops/input.ts";
import { reshape } from "../ops/reshape.ts";
import { batched } from "./batched.ts";
import { vjp } from "./vjp.ts";

/** ∂output/∂x, of shape [...output's, ...x's]; one batched pullback over the output's elements. */
export function jacobian(output: Node, wrt: Node): Node {
  const size = sizeOf(output.shape);
  const row = input("jacobian row", output.shape);
  const [back] = vjp([output], [wrt], [row]) as [Node];
  const basis = reshape(eye(size), [size, ...output.shape]);
  const [rows] = batched([back], new Map([[row as Node, basis]]), size) as [Node];
  return reshape(rows, [...output.shape, ...wrt.shape]);
}
