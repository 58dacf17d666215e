import {
  broadcastTo,
  concat,
  eye,
  fill,
  matmul,
  mul,
  type Node,
  qr,
  reshape,
  slice,
  sqrt,
  transpose,
  triangularSolve,
} from "@metrigrad/graph";
import type { PrepareOptions } from "./block.ts";
import { identities } from "./first.ts";
import { type Hold, held } from "./hold.ts";
import { heldLambda } from "./solvers.ts";
import type { WoodburyRows } from "./woodbury.ts";

/** The rows of one matrix, factored by QR. */
export interface RowsByQr {
  /** Returns (g + λI)⁻¹X̃'C for C [n, m], without the gradient X̃'C. All rows must count the same. */
  fit(cotangents: Node): Node;
  /** Returns (g + λI)⁻¹V. */
  solve(v: Node): Node;
  /** Returns the λ that is used. */
  lambda(): Node;
}

/**
 * Solves with g + λI = R'R, where QR = (√c D^½X̃, √λI), one below the other, for g = cX̃'DX̃ that all columns share.
 *
 * Where D = I, (g + λI)⁻¹X̃'C solves the least-squares problem min ‖√c X̃δ − C/√c‖² + λ‖δ‖². The matrix g is never
 * formed, so only the root of its condition number counts, and half of the digits are not lost (Moré 1978; Golub and
 * Van Loan 2013, section 5.3).
 */
export function rowsByQr(
  { x, bias, share, weights }: WoodburyRows,
  lambda: Node,
  hold: Hold | null,
  options: PrepareOptions,
): RowsByQr {
  const [n = 0] = x.shape;
  const rows = mul(weights.fold(bias ? concat([x, fill([n, 1], 1)], 1) : x), Math.sqrt(share));
  const d = rows.shape[1] as number;
  const root = mul(eye(d), sqrt(reshape(broadcastTo(lambda, [1]), [])));
  const { q, r } = qr(concat([rows, root], 0));
  const upper = (factor: Node, y: Node) =>
    triangularSolve(transpose(factor), y, { transpose: true });
  return {
    fit: (cotangents) => {
      const side = mul(cotangents, 1 / Math.sqrt(share));
      return upper(r, matmul(slice(q, [[0, n]]), side, { transposeA: true }));
    },
    solve: (v) => {
      const factor = held(hold, "r", r, identities);
      return upper(factor, triangularSolve(transpose(factor), v));
    },
    lambda: () => heldLambda(hold, lambda, options),
  };
}
