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

/** What Cholesky factors LL' of a damped matrix do, be they of explicit matrices or in the space of rows. */
export interface Factored extends Pick<DampedSolve, "solve" | "lambda"> {
  /** Rv with RR' the inverse. */
  inverseSqrt(v: Node): Node;
  /** [matrices]. */
  logdet(): Node;
}

/**
 * Factors of explicit matrices for a parameter of m columns. With a Hold the inverses are held: a product with one
 * takes less than two triangular solves.
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
    // What the shift was raised by stands apart, so that λ keeps its derivative.
    lambda: () => add(lambda, stopGradient(sub(choleskyShift(factors), asked))),
    inverseSqrt: (v) => back(triangularSolve(factor, toSides(v, columns), { transpose: true })),
    logdet: () => reshape(choleskyLogdet(factors), [count]),
    sample: (d, by) => back(matmul(factor, toSides(normal([d, m], by), columns))),
  };
}
