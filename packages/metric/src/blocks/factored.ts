import {
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
  triangularSolve,
} from "@metrigrad/graph";
import type { Columns } from "./block.ts";
import { fromSides, timesMatrices, toFactors, toSides } from "./columns.ts";
import { identities, ones } from "./first.ts";
import { inverseOf } from "./inverseOf.ts";
import type { Keep, PreparedSolve } from "./prepared.ts";
import type { Shifted } from "./shifted.ts";

/** What explicit matrices do by their Cholesky factors L of g + λI. */
export interface Factored {
  /** (g + λI)⁻¹v, and the λ with which that was regular. */
  solve(v: Node): Shifted;
  /** The same with the inverses kept. */
  prepare(keep: Keep): PreparedSolve;
  /** L⁻ᵀv. */
  inverseSqrt(v: Node): Node;
  /** [matrices]. */
  logdet(): Node;
  /** Lz for white noise z [d, m]. */
  sample(d: number, options: RandomOptions): Node;
}

/** The factors of g + λI for g [matrices, size, size] of m columns, λ [matrices] or []. */
export function factored(matrices: Node, m: number, columns: Columns, lambda: Node): Factored {
  const count = matrices.shape[0] as number;
  const factors = cholesky(matrices, { shift: broadcastTo(lambda, [count]) });
  const factor = toFactors(factors, columns);
  const back = (sides: Node) => fromSides(sides, m, columns);
  return {
    solve: (v) => {
      const x = back(choleskySolve(factor, toSides(v, columns)));
      return { x, lambda: choleskyShift(factors) };
    },
    prepare: (keep) => ({
      solve: (v) => timesMatrices(keep("inverse", inverseOf(factors), identities), v, columns),
      lambda: () => keep("lambda", choleskyShift(factors), ones),
    }),
    inverseSqrt: (v) => back(triangularSolve(factor, toSides(v, columns), { transpose: true })),
    logdet: () => reshape(choleskyLogdet(factors), [count]),
    sample: (d, options) => back(matmul(factor, toSides(normal([d, m], options), columns))),
  };
}
