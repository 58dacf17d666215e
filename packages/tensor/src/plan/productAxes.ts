import type { MatmulGroups, MatmulStep } from "./step.ts";

/** Sizes of the axes of a product, by what they are for. */
export interface ProductAxes {
  readonly batch: readonly number[];
  readonly rows: readonly number[];
  readonly inner: readonly number[];
  readonly columns: readonly number[];
}

/** One axis for each of rows, sum and columns. */
const single: MatmulGroups = { rows: 1, inner: 1, columns: 1 };

/** The sizes of the axes of a product: a is [batch, rows, inner], b [batch, inner, columns]. */
export function productAxes({ a, b, groups = single }: MatmulStep): ProductAxes {
  const lead = a.shape.length - groups.rows - groups.inner;
  return {
    batch: a.shape.slice(0, lead),
    rows: a.shape.slice(lead, lead + groups.rows),
    inner: a.shape.slice(lead + groups.rows),
    columns: b.shape.slice(lead + groups.inner),
  };
}
