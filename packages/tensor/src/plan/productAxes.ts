import type { MatmulGroups, MatmulStep } from "./step.ts";

/**
 * The sizes of the axes of a product, in four groups.
 *
 * @category For authors of backends
 */
export interface ProductAxes {
  /** Axes that both operands and the result have. */
  readonly batch: readonly number[];
  /** Axes of the left operand that the result has too. */
  readonly rows: readonly number[];
  /** Axes of both operands over which the product sums. */
  readonly inner: readonly number[];
  /** Axes of the right operand that the result has too. */
  readonly columns: readonly number[];
}

/** One axis for each of rows, sum and columns. */
const single: MatmulGroups = { rows: 1, inner: 1, columns: 1 };

/**
 * Returns the sizes of the axes of a product: a is [batch, rows, inner] and b is [batch, inner, columns].
 *
 * @param step - The product.
 * @returns The sizes, by group.
 * @nothrow
 * @category For authors of backends
 */
export function productAxes({ a, b, groups = single }: MatmulStep): ProductAxes {
  const lead = a.shape.length - groups.rows - groups.inner;
  return {
    batch: a.shape.slice(0, lead),
    rows: a.shape.slice(lead, lead + groups.rows),
    inner: a.shape.slice(lead + groups.rows),
    columns: b.shape.slice(lead + groups.inner),
  };
}
