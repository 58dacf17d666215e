import { mul } from "@metrigrad/graph";
import type { Block } from "./block.ts";
import { denseBlock } from "./dense.ts";
import { diagonalBlock } from "./diagonal.ts";
import { changedCopies } from "./directSum.ts";
import { joined } from "./joined.ts";

/** Multiplies a block by c > 0. Rows stay rows, diagonals stay diagonal, and other kinds become explicit matrices. */
export function scaledBlock(block: Block, c: number): Block {
  if (c === 1) return block;
  const { d, m, form, madeOf, diagonalValues, columns, copies } = block;
  if (copies !== null) return changedCopies(copies, (one) => scaledBlock(one, c));
  if (madeOf !== null) return joined([{ ...madeOf, share: c * madeOf.share }], { d, m, form });
  if (diagonalValues !== null) return diagonalBlock(mul(diagonalValues, c), { form, m });
  return denseBlock(mul(block.toMatrices(), c), m, form, columns);
}
