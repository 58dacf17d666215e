import { add, div, log, mul, type Node, normal, sqrt, sum } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import type { Block } from "./block.ts";
import { diagonalMatrices } from "./columns.ts";
import { directCosts } from "./cost.ts";
import { defBlock } from "./defBlock.ts";
import { ones, zeros } from "./first.ts";

/**
 * A diagonal metric with values [d, m] ≥ 0 like the parameter: one diagonal matrix per column. R of
 * its `inverseSqrt` is diagonal too. Throws ShapeError.
 */
export function diagonalBlock(values: Node, form = "diagonal"): Block {
  const [d = 0, m = 0] = values.shape;
  if (values.shape.length !== 2) {
    throw new ShapeError({
      where: form,
      must: "values must be [d, m] like the parameter",
      got: showShape(values.shape),
      todo: "reshape them",
    });
  }
  return defBlock({
    kind: "diagonal",
    form,
    d,
    m,
    n: null,
    columns: "own",
    layout: `diagonal [${d}, ${m}]`,
    costs: directCosts("a diagonal matrix", { d, m, values: d * m, work: 1 }),
    averagedBy: {
      values: { diagonal: { value: values, init: ones } },
      block: (kept) => diagonalBlock(kept.diagonal as Node, form),
    },
    apply: (v) => mul(values, v),
    trace: () => sum(values, { axis: 0 }),
    diagonal: () => values,
    toMatrices: () => diagonalMatrices(values),
    solvers: { diagonal: (v, lambda) => ({ x: div(v, add(values, lambda)), lambda }) },
    prepare: {
      diagonal: (keep, lambda) => ({
        solve: (v) => mul(keep("scale", div(1, add(values, lambda)), ones), v),
        lambda: () => keep("lambda", lambda, ones),
      }),
    },
    keepApply: (keep) => (v) => mul(keep("values", values, zeros), v),
    inverseSqrt: (v, lambda) => div(v, sqrt(add(values, lambda))),
    logdet: (lambda) => sum(log(add(values, lambda)), { axis: 0 }),
    sample: (options) => mul(sqrt(values), normal([d, m], options)),
  });
}
