import { greater, mul, type Node, reshape, sqrt, where } from "@metrigrad/graph";
import { MetricError, ShapeError, sameShape, showShape } from "@metrigrad/tensor";

/**
 * How much rows count, and how many samples their mean is over.
 *
 * @category Metrics: blocks
 */
export interface RowOptions {
  /**
   * How much each row counts, ≥ 0, [n]; null, the default, if all count 1. A row of weight 0 counts as if it were
   * absent.
   */
  readonly weights?: Node | null;
  /**
   * The number of samples that the mean is over; by default the number of rows.
   *
   * Rows of one sample, such as positions and time steps, add up.
   */
  readonly samples?: number;
}

/** Multiplies values [n, …] by the weights [n] of their rows. The result is exactly 0 where a weight is 0. */
export function weighted(values: Node, weights: Node | null): Node {
  if (weights === null) return values;
  const by = reshape(weights, [-1, ...values.shape.slice(1).map(() => 1)]);
  return where(greater(by, 0), mul(values, by), 0);
}

/** Multiplies values by the roots of the weights. The derivative is finite where a weight is 0. */
export function rootWeighted(values: Node, weights: Node | null): Node {
  return weights === null ? values : weighted(values, root(weights));
}

/** Returns √v, and 0 with a derivative of 0 where v is 0. */
export function root(v: Node): Node {
  const some = greater(v, 0);
  return where(some, sqrt(where(some, v, 1)), 0);
}

/** Checks the weights of n rows, and returns them with 1/samples. Throws ShapeError and MetricError. */
export function rowOptions(
  where: string,
  n: number,
  { weights = null, samples = Math.max(n, 1) }: RowOptions,
): { readonly weights: Node | null; readonly share: number } {
  if (!(typeof samples === "number" && samples > 0 && samples < Infinity)) {
    throw new MetricError({
      where,
      must: "samples must be a positive number",
      got: String(samples),
      todo: "pass how many samples the rows come from, or leave it out",
    });
  }
  if (weights === null || sameShape(weights.shape ?? [], [n]))
    return { weights, share: 1 / samples };
  throw new ShapeError({
    where,
    must: `weights must be a node [${n}], one for each row`,
    got: weights.shape === undefined ? String(weights) : showShape(weights.shape),
    todo: "pass how much each row counts, or leave it out",
  });
}

export function checkWeight(where: string, weight: number | undefined = 1): void {
  if (typeof weight === "number" && weight >= 0 && weight < Infinity) return;
  throw new MetricError({
    where,
    must: "weight must be finite and not negative",
    got: String(weight),
    todo: "pass a number such as σ⁻², or leave it out",
  });
}
