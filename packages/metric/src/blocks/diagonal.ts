import { add, broadcastTo, div, log, mul, type Node, normal, sqrt, sum } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import type { Block } from "./block.ts";
import { diagonalMatrices } from "./columns.ts";
import { directCosts } from "./cost.ts";
import { defBlock } from "./defBlock.ts";
import { ones, zeros } from "./first.ts";
import { held } from "./hold.ts";
import { heldLambda } from "./solvers.ts";

/** Options of `diagonalBlock`. */
export interface DiagonalOptions {
  readonly form?: string;
  /** m, the columns of the parameter; those of the values by default. */
  readonly m?: number;
}

/**
 * A diagonal metric with values [d, m] ≥ 0 like the parameter: one diagonal matrix per column; or with values [d, 1] that
 * all m columns share. R of its `inverseSqrt` is diagonal too. Throws ShapeError.
 */
export function diagonalBlock(values: Node, options: DiagonalOptions = {}): Block {
  const { form = "diagonal", m = values.shape[1] ?? 0 } = options;
  const [d = 0, k = 0] = values.shape;
  if (values.shape.length !== 2 || (k !== m && k !== 1)) {
    throw new ShapeError({
      where: form,
      must: "values must be [d, m] like the parameter, or [d, 1] for all columns",
      got: showShape(values.shape),
      todo: "reshape them",
    });
  }
  const shared = k !== m;
  return defBlock({
    kind: "diagonal",
    form,
    d,
    m,
    n: null,
    columns: shared ? "shared" : "own",
    layout: `diagonal [${d}, ${k}]${shared ? `, for ${m} units` : ""}`,
    costs: directCosts("a diagonal matrix", { d, m, values: d * k, work: shared ? m : 1 }, shared),
    diagonalValues: values,
    averagedBy: {
      values: { diagonal: { value: values, init: ones } },
      block: (kept) => diagonalBlock(kept.diagonal as Node, { form, m }),
    },
    apply: (v, hold) => mul(held(hold, "values", values, zeros), v),
    trace: () => sum(values, { axis: 0 }),
    diagonal: () => broadcastTo(values, [d, m]),
    toMatrices: () => diagonalMatrices(values),
    solvers: {
      diagonal: (lambda, hold, options) => ({
        solve: (v) =>
          hold === null
            ? div(v, add(values, lambda))
            : mul(held(hold, "scale", div(1, add(values, lambda)), ones), v),
        lambda: () => heldLambda(hold, lambda, options),
      }),
    },
    inverseSqrt: (v, lambda) => div(v, sqrt(add(values, lambda))),
    logdet: (lambda) => sum(log(add(values, lambda)), { axis: 0 }),
    sample: (by) => mul(sqrt(values), normal([d, m], by)),
  });
}
