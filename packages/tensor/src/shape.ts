import { ShapeError } from "./errors.ts";

/**
 * The sizes per axis, in row-major order; `[]` is the shape of a scalar.
 *
 * @category Tensors
 */
export type Shape = readonly number[];

/**
 * Returns the number of elements of a shape.
 *
 * @param shape - The shape.
 * @returns The product of the sizes; 1 for a scalar.
 * @nothrow
 * @category Tensors
 */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/**
 * Returns the strides of a contiguous row-major array.
 *
 * @param shape - The shape of the array.
 * @returns For each axis, the number of elements from one index to the next.
 * @nothrow
 * @category Tensors
 */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

/**
 * Returns whether two shapes have the same rank and the same sizes.
 *
 * @param a - A shape.
 * @param b - Another shape.
 * @returns Whether they are equal.
 * @nothrow
 * @category Tensors
 */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, axis) => n === b[axis]);
}

/**
 * Writes a shape as text, such as `[50, 784]`.
 *
 * @param shape - The shape.
 * @returns The text.
 * @nothrow
 * @category Tensors
 */
export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/**
 * Returns the shape that all given shapes broadcast to, by NumPy's rules.
 *
 * @param where - The function that the message names.
 * @param shapes - The shapes. They are aligned at their last axes.
 * @returns The common shape; `[]` if you pass no shape.
 * @throws {@link ShapeError} if on an axis two sizes differ and neither is 1.
 * @category Tensors
 */
export function broadcastShapes(where: string, ...shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const lead = rank - shape.length;
    shape.forEach((n, axis) => {
      const have = result[lead + axis] as number;
      if (n === have || n === 1) return;
      if (have !== 1) {
        throw new ShapeError({
          where,
          must: "shapes must broadcast (equal sizes, or 1, from the last axis on)",
          got: shapes.map(showShape).join(" and "),
          todo: "reshape or transpose an operand",
        });
      }
      result[lead + axis] = n;
    });
  }
  return result;
}

/**
 * Returns an axis counted from the front. A negative axis counts from the end.
 *
 * @param where - The function that the message names.
 * @param axis - An integer from −rank to rank − 1.
 * @param rank - The number of axes.
 * @returns The axis, from 0 to rank − 1.
 * @throws {@link ShapeError} if there is no such axis.
 * @category Tensors
 */
export function normalizeAxis(where: string, axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normal < 0 || normal >= rank) {
    throw new ShapeError({
      where,
      must: `axis must be an integer in [${-rank}, ${rank - 1}]`,
      got: String(axis),
      todo: "choose an axis of the operand",
    });
  }
  return normal;
}

/**
 * Throws an error unless a shape is a list of non-negative integers.
 *
 * @param where - The function that the message names.
 * @param shape - The shape to check.
 * @throws {@link ShapeError} if it is no list, or if a size is negative or no integer.
 * @category Tensors
 */
export function checkShape(where: string, shape: Shape): void {
  if (!Array.isArray(shape) || shape.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ShapeError({
      where,
      must: "a shape must be a list of non-negative integers",
      got: JSON.stringify(shape),
      todo: "pass sizes such as [50, 784]",
    });
  }
}
