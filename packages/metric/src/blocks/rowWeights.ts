import { greater, mul, type Node, reshape, sqrt, where } from "@metrigrad/graph";
import { MetricError, ShapeError, sameShape, showShape } from "@metrigrad/tensor";

/** How much rows count, and over how many samples their mean is. */
export interface RowOptions {
  /** [n] ≥ 0, how much each row counts, beside the others and in the sum; 1 by default. A row of weight 0 is as if absent. */
  readonly weights?: Node | null;
  /**
   * The mean is over so many samples; the number of rows by default. Rows that come from one sample, as positions
   * and time steps do, add up.
   */
  readonly samples?: number;
}

/** Values [n, …] times the weights [n] of their rows; exactly 0 where a weight is. */
export function weighted(values: Node, weights: Node | null): Node {
  if (weights === null) return values;
  const by = reshape(weights, [-1, ...values.shape.slice(1).map(() => 1)]);
  return where(greater(by, 0), mul(values, by), 0);
}

/** The same by the roots of the weights, with a derivative that is finite where a weight is 0. */
export function rootWeighted(values: Node, weights: Node | null): Node {
  return weights === null ? values : weighted(values, root(weights));
}

/** √v, and 0 with a derivative of 0 where v is 0. */
export function root(v: Node): Node {
  const some = greater(v, 0);
  return where(some, sqrt(where(some, v, 1)), 0);
}

/** Weights of n rows and 1/samples, checked. Throws ShapeError and MetricError. */
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
