import { add, broadcastTo, div, log, mul, type Node, normal, sqrt, sum } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/arguments.ts";
import type { Block } from "./block.ts";
import { diagonalMatrices } from "./columns.ts";
import { directCosts } from "./cost.ts";
import { defBlock } from "./defBlock.ts";
import { ones, zeros } from "./first.ts";
import { held } from "./hold.ts";
import { heldLambda } from "./solvers.ts";

/**
 * Options of {@link diagonalBlock}.
 *
 * @category Metrics: blocks
 */
export interface DiagonalOptions {
  /** The name of the block, for {@link explain}; "diagonal" by default. */
  readonly form?: string;
  /** The number m of columns of the parameter; by default the number of columns of the values. */
  readonly m?: number;
}

/**
 * Makes a diagonal metric. All its operations are element-wise, and the root of `inverseSqrt` is diagonal too.
 *
 * @param values - The diagonal, ≥ 0: [d, m] like the parameter, or [d, 1] if all m columns have the same.
 * @param options - The name of the block, and m.
 * @returns The block.
 * @throws {@link ShapeError} if the values are not [d, m] or [d, 1].
 * @category Metrics: blocks
 */
export function diagonalBlock(values: Node, options: DiagonalOptions = {}): Block {
  checkOptions("diagonalBlock", options, ["form", "m"]);
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
