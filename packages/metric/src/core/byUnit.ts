import { type Node, reshape, slice, transpose } from "@metrigrad/graph";
import type { Block } from "../blocks/block.ts";
import { denseBlock } from "../blocks/dense.ts";

/**
 * The block of every column by itself: what couples columns is left out, one matrix [d, d] is kept for
 * each. A block that has no coupled columns is itself.
 */
export function byUnit(block: Block): Block {
  const { d, m, columns, form } = block;
  if (columns !== "coupled" || m === 1) return block;
  return denseBlock(unitMatrices(block.toMatrices(), d, m), m, `${form} by unit`, "own");
}

/** The matrices [m, d, d] on the diagonal over units of one [1, dm, dm]. */
function unitMatrices(matrices: Node, d: number, m: number): Node {
  const byUnits = transpose(reshape(matrices, [d, m, d, m]), [1, 3, 0, 2]);
  // Of the pairs of units in row-major order every (m + 1)-th is one with itself.
  const own = slice(reshape(byUnits, [m * m, d * d]), [[0, m * m, m + 1], null]);
  return reshape(own, [m, d, d]);
}
