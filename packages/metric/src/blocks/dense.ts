import { broadcastTo, diagonal, type Node, reshape, trace, transpose } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import type { Block, Columns } from "./block.ts";
import { timesMatrices } from "./columns.ts";
import { denseCosts } from "./cost.ts";
import { defBlock } from "./defBlock.ts";
import { zeros } from "./first.ts";
import { held } from "./hold.ts";

/**
 * Makes a block of explicit matrices, which is solved by Cholesky factors.
 *
 * @param matrices - The matrices: [1, d, d] that all columns share, [m, d, d] for one per column, or [1, dm, dm] if
 *   the columns are coupled.
 * @param m - The number of columns of the parameter [d, m].
 * @param form - The name of the block, for {@link explain}; "dense" by default.
 * @param columns - Which columns share a matrix. By default one matrix is shared, and several are one per column.
 * @returns The block.
 * @throws {@link ShapeError} if the matrices are not square, or if their number does not fit.
 * @category Metrics: blocks
 */
export function denseBlock(
  matrices: Node,
  m: number,
  form = "dense",
  columns: Columns = matrices.shape[0] === 1 ? "shared" : "own",
): Block {
  const [count = 0, size = 0, across = 0] = matrices.shape;
  const d = columns === "coupled" ? size / m : size;
  const wanted = columns === "own" ? m : 1;
  const square = matrices.shape.length === 3 && size === across;
  if (!square || count !== wanted || !Number.isInteger(d)) {
    throw new ShapeError({
      where: "denseBlock",
      must:
        columns === "coupled"
          ? `coupled matrices must be [1, d·${m}, d·${m}]`
          : `matrices must be [1, d, d] or [${m}, d, d]`,
      got: showShape(matrices.shape),
      todo: "reshape them",
    });
  }
  return defBlock({
    kind: "dense",
    form,
    d,
    m,
    n: null,
    columns,
    costs: denseCosts({ size, matrices: count, sides: columns === "shared" ? m : count }),
    apply: (v, hold) => timesMatrices(held(hold, "matrices", matrices, zeros), v, columns),
    trace: () => trace(matrices),
    diagonal: () => diagonalOf(matrices, d, m, columns),
    toMatrices: () => matrices,
  });
}

/** Returns the diagonal of matrices [matrices, size, size] as [d, m]. */
export function diagonalOf(matrices: Node, d: number, m: number, columns: Columns): Node {
  const values = diagonal(matrices);
  if (columns === "own") return transpose(values);
  if (columns === "coupled") return reshape(values, [d, m]);
  return broadcastTo(reshape(values, [d, 1]), [d, m]);
}
