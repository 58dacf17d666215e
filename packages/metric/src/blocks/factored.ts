import {
  broadcastTo,
  cholesky,
  choleskyShift,
  choleskySolve,
  type Node,
  reshape,
} from "@metrigrad/graph";
import { fromColumns, timesColumns, toColumns } from "./columns.ts";
import { identities, ones, zeros } from "./first.ts";
import { inverseOf } from "./inverseOf.ts";
import type { Keep, Prepared } from "./prepared.ts";

/** (g + λI)⁻¹v by Cholesky, for g [1, d, d] or [m, d, d], λ [] or one per matrix, and v [d, m]. */
export function factored(matrices: Node, lambda: Node): (v: Node) => Node {
  const [count = 0, d = 0] = matrices.shape;
  const factor = cholesky(matrices, { shift: broadcastTo(lambda, [count]) });
  if (count !== 1) return (v) => fromColumns(choleskySolve(factor, toColumns(v)));
  return (v) => choleskySolve(reshape(factor, [d, d]), v);
}

/** The same with the inverses kept. */
export function preparedMatrices(matrices: Node, lambda: Node, keep: Keep): Prepared {
  const [count = 0] = matrices.shape;
  const factor = cholesky(matrices, { shift: broadcastTo(lambda, [count]) });
  return {
    solve: (v) => timesColumns(keep("inverse", inverseOf(factor), identities), v),
    apply: (v) => timesColumns(keep("matrices", matrices, zeros), v),
    lambda: () => keep("lambda", choleskyShift(factor), ones),
  };
}
