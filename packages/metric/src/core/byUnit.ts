import {
  diagonal,
  expandDims,
  gram,
  mul,
  type Node,
  reshape,
  slice,
  square,
  sum,
  transpose,
} from "@metrigrad/graph";
import type { Block, MadeOf } from "../blocks/block.ts";
import { denseBlock } from "../blocks/dense.ts";
import { changedCopies } from "../blocks/directSum.ts";
import { rowsBlock } from "../blocks/rows.ts";

/**
 * Takes the block of each column by itself: one matrix [d, d] per column, without what couples the columns.
 *
 * A block without coupled columns stays as it is. For rows and Kronecker products no matrix over all columns is made.
 */
export function byUnit(block: Block): Block {
  const { m, columns, madeOf, copies } = block;
  if (copies !== null) return changedCopies(copies, byUnit);
  if (columns !== "coupled" || m === 1) return block;
  const form = `${block.form} by unit`;
  if (madeOf !== null && madeOf.factors !== null && !madeOf.flat) {
    const { x, bias, share, factors } = madeOf;
    const nu = sum(square(factors), { axis: 2 });
    return rowsBlock({ x, bias, nu, share, m, form, outputs: null });
  }
  return denseBlock(unitMatrices(block), m, form, "own");
}

/** Returns the matrices [m, d, d] of the units of a coupled block. */
function unitMatrices({ d, m, madeOf, factors, toMatrices }: Block): Node {
  if (madeOf?.flat === true) return gramsOf(madeOf, d, m);
  if (factors === null) return ofWhole(toMatrices(), d, m);
  const [a, g] = factors;
  return mul(reshape(diagonal(g), [m, 1, 1]), expandDims(a, 0));
}

/** Returns them for rows [n, dm]. */
function gramsOf({ x, share }: MadeOf, d: number, m: number): Node {
  const byUnits = transpose(reshape(x, [x.shape[0] as number, d, m]), [2, 0, 1]);
  return gram(byUnits, { alpha: share });
}

/** Returns the matrices on the diagonal over units of one matrix [1, dm, dm]. */
function ofWhole(matrices: Node, d: number, m: number): Node {
  const byUnits = transpose(reshape(matrices, [d, m, d, m]), [1, 3, 0, 2]);
  // Among the pairs of units in row-major order, every (m + 1)-th is a unit with itself.
  const own = slice(reshape(byUnits, [m * m, d * d]), [[0, m * m, m + 1], null]);
  return reshape(own, [m, d, d]);
}
