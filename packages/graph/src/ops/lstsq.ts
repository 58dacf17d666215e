import { ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { matmul } from "./matmul.ts";
import { matrixSize } from "./matrixPart.ts";
import { pinv, type RankOptions } from "./pinv.ts";
import { qr } from "./qr.ts";
import { transpose } from "./transpose.ts";
import { triangularSolve } from "./triangularSolve.ts";

/**
 * The x that minimises ‖ax − b‖², per column of b, and among several the shortest one. Without options by QR, for
 * matrices of full rank (min(m, n)), as PyTorch's driver `gels`; a matrix of lower rank then gives infinities or NaN.
 * With `rcond` through singular values, for any rank (`gelsd`), which costs more.
 *
 * @param a - Matrices [b…, m, n].
 * @param rhs - Right-hand sides as columns [b…, m, k]; batch axes broadcast.
 * @param options - `rcond`: singular values up to `rcond` times the largest one count as zero.
 * @returns [b…, n, k]
 * @throws ShapeError for sizes that do not fit, and other types
 * @throws GraphError for an rcond outside of [0, 1)
 */
export function lstsq(a: NodeLike, rhs: NodeLike, options: RankOptions = {}): Node {
  checkOptions("lstsq", options, ["rcond"]);
  const [x, b] = [asNode(a), asNode(rhs)];
  const [m, n] = matrixSize("lstsq, the matrix", x);
  if (b.shape.length < 2 || b.shape.at(-2) !== m || b.type !== "float") {
    throw new ShapeError({
      where: "lstsq",
      must: `the right-hand side must be float [b…, ${m}, k] for ${showShape(x.shape)}`,
      got: `${b.type} ${showShape(b.shape)}`,
      todo: "reshape a vector to a column [m, 1]",
    });
  }
  if (options.rcond !== undefined) return matmul(pinv(x, options), b);
  if (m >= n) {
    const { q, r } = qr(x);
    const projected = matmul(q, b, { transposeA: true });
    return triangularSolve(transpose(r), projected, { transpose: true });
  }
  // x is a combination of the rows of a: x = q y with a = r'q'.
  const { q, r } = qr(transpose(x));
  return matmul(q, triangularSolve(transpose(r), b));
}
