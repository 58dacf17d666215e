import { ShapeError, showShape } from "@metrigrad/tensor";
import { checkFloats } from "../core/checkElements.ts";
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
 * Solves a least-squares problem: finds the x that minimizes ‖ax − b‖², for each column b of the
 * right-hand side.
 *
 * If several x do that, the result is the shortest one. Without `rcond` the method is QR, for
 * matrices of full rank min(m, n), as in PyTorch's driver `gels`. A matrix of lower rank then gives
 * infinities or NaN. With `rcond` the method uses singular values, for any rank, as in `gelsd`;
 * that costs more.
 *
 * @param a - The matrices, float, [b…, m, n].
 * @param rhs - The right-hand sides as columns, float, [b…, m, k]. Batch axes broadcast.
 * @param options - `rcond`: singular values up to `rcond` times the largest one count as zero.
 * @returns The solutions, [b…, n, k].
 * @throws {@link ShapeError} if sizes do not fit, or if a value is not float.
 * @throws {@link GraphError} if `rcond` is not in [0, 1), or if an option is unknown.
 * @category Ops: linear algebra
 */
export function lstsq(a: NodeLike, rhs: NodeLike, options: RankOptions = {}): Node {
  checkOptions("lstsq", options, ["rcond"]);
  const [x, b] = [asNode(a), asNode(rhs)];
  checkFloats("lstsq", x, b);
  const [m, n] = matrixSize("lstsq, the matrix", x);
  if (b.shape.length < 2 || b.shape.at(-2) !== m) {
    throw new ShapeError({
      where: "lstsq",
      must: `the right-hand side must be [b…, ${m}, k] for ${showShape(x.shape)}`,
      got: showShape(b.shape),
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
