import { GraphError } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { squareSize } from "./diagonal.ts";
import { eye } from "./eye.ts";
import { inverse } from "./linearSolve.ts";
import { matmul } from "./matmul.ts";
import { matrixSize } from "./matrixPart.ts";

/**
 * Computes the integer power aⁿ of square matrices.
 *
 * It takes about 2 log₂ n products. a⁰ is the identity. A negative power is a power of the inverse.
 *
 * @param a - The square matrices, float, [b…, d, d].
 * @param power - The power n, an integer.
 * @returns The powers, [b…, d, d].
 * @throws {@link ShapeError} if a is not square, not float, or empty.
 * @throws {@link GraphError} if the power is not an integer.
 * @category Ops: linear algebra
 */
export function matrixPower(a: NodeLike, power: number): Node {
  const x = asNode(a);
  matrixSize("matrixPower", x);
  const size = squareSize("matrixPower", x);
  if (!Number.isInteger(power)) {
    throw new GraphError({
      where: "matrixPower",
      must: "the power must be an integer",
      got: String(power),
      todo: "pass an integer; matrixExp serves continuous powers exp(t·a)",
    });
  }
  if (power === 0) return broadcastTo(eye(size), x.shape);
  let square = power < 0 ? inverse(x) : x;
  let result: Node | null = null;
  for (let rest = Math.abs(power); ; square = matmul(square, square)) {
    if (rest % 2 === 1) result = result === null ? square : matmul(result, square);
    rest = Math.floor(rest / 2);
    if (rest === 0) return result as Node;
  }
}
