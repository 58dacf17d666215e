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
 * The integer power aⁿ of square matrices [b…, d, d] by squaring, in about 2 log₂ n products; a⁰ is the identity, and a
 * negative power is that of the inverse.
 * @throws ShapeError for anything else than square float matrices
 * @throws GraphError for a power that is not an integer
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
