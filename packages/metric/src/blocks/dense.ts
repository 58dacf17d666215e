import { eye, mul, type Node, sum } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import type { Block } from "./block.ts";
import { timesColumns } from "./columns.ts";
import { shiftOf } from "./damping.ts";
import { factored, preparedMatrices } from "./factored.ts";

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
    solve: (v, { damping = {} } = {}) => factored(matrices, shiftOf(damping, trace))(v),
    prepare: (keep, { damping = {} } = {}) =>
      preparedMatrices(matrices, shiftOf(damping, trace), keep),
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
