import {
  add,
  broadcastTo,
  cholesky,
  choleskyLogdet,
  choleskyShift,
  choleskySolve,
  matmul,
  type Node,
  normal,
  type RandomOptions,
  reshape,
  stopGradient,
  sub,
  triangularSolve,
} from "@metrigrad/graph";
import type { Block, DampedSolve } from "./block.ts";
import { fromSides, timesMatrices, toFactors, toSides } from "./columns.ts";
import type { Explicit } from "./damped.ts";
import { identities } from "./first.ts";
import { type Hold, held } from "./hold.ts";
import { inverseOf } from "./inverseOf.ts";

/**
 * What Cholesky factors LL' of a damped matrix can do. They are of explicit matrices, or of a matrix in the space of
 * rows.
 */
export interface Factored extends Pick<DampedSolve, "solve" | "lambda"> {
  /** Multiplies by a root R of the inverse: RR' = (LL')⁻¹. */
  inverseSqrt(v: Node): Node;
  /** Returns the logarithms of the determinants, [matrices]. */
  logdet(): Node;
}

/**
 * Factors explicit matrices for a parameter of m columns.
 *
 * With a Hold the inverses are held, because a product with an inverse takes less than two triangular solves.
 */
export function factored(
  { matrices, shift, lambda }: Explicit,
  { m, columns }: Pick<Block, "m" | "columns">,
  hold: Hold | null = null,
): Factored & { /** Lz for white noise z [d, m]. */ sample(d: number, by: RandomOptions): Node } {
  const count = matrices.shape[0] as number;
  const asked = broadcastTo(shift, [count]);
  const factors = cholesky(matrices, { shift: asked });
  const factor = toFactors(factors, columns);
  const back = (sides: Node) => fromSides(sides, m, columns);
  return {
    solve: (v) =>
      hold === null
        ? back(choleskySolve(factor, toSides(v, columns)))
        : timesMatrices(held(hold, "inverse", inverseOf(factors), identities), v, columns),
    // What Cholesky adds to the shift has no derivative, so that λ keeps its own.
    lambda: () => add(lambda, stopGradient(sub(choleskyShift(factors), asked))),
    inverseSqrt: (v) => back(triangularSolve(factor, toSides(v, columns), { transpose: true })),
    logdet: () => reshape(choleskyLogdet(factors), [count]),
    sample: (d, by) => back(matmul(factor, toSides(normal([d, m], by), columns))),
  };
}
