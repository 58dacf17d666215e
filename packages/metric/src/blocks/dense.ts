import {
  broadcastTo,
  cholesky,
  choleskySolve,
  eye,
  mul,
  type Node,
  reshape,
  sum,
} from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import type { Block } from "./block.ts";
import { fromColumns, timesColumns, toColumns } from "./columns.ts";
import { shiftOf } from "./damping.ts";

/**
 * A block of explicit matrices: [1, d, d] shared by m columns, or [m, d, d]. Solved by Cholesky.
 * Throws ShapeError.
 */
export function denseBlock(matrices: Node, m: number, form = "dense"): Block {
  const [count = 0, d = 0, columns = 0] = matrices.shape;
  if (matrices.shape.length !== 3 || d !== columns || (count !== 1 && count !== m)) {
    throw new ShapeError({
      where: "denseBlock",
      must: `matrices must be [1, d, d] or [${m}, d, d]`,
      got: showShape(matrices.shape),
      todo: "reshape them",
    });
  }
  const trace = () => sum(mul(matrices, eye(d)), { axis: [1, 2] });
  return {
    kind: "dense",
    form,
    d,
    m,
    n: null,
    matrices: count,
    apply: (v) => timesColumns(matrices, v),
    solve: (v, { damping = {} } = {}) => {
      const factor = cholesky(matrices, { shift: broadcastTo(shiftOf(damping, trace), [count]) });
      if (count !== 1) return fromColumns(choleskySolve(factor, toColumns(v)));
      return choleskySolve(reshape(factor, [d, d]), v);
    },
    cost: {
      solver: "dense",
      why: "explicit matrices",
      bytes: 8 * count * d * d,
      build: (count * d ** 3) / 6,
      apply: d * d * m,
    },
    trace,
    toMatrices: () => matrices,
  };
}
