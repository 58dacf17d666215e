import { ShapeError } from "./errors.ts";

/** Sizes per axis, row-major; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** Row-major strides of a contiguous array, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

/** Whether two shapes have the same rank and sizes. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, axis) => n === b[axis]);
}

/** A shape as text, for example `[50, 784]`. */
export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** The shape that all given shapes broadcast to (NumPy rules). Throws ShapeError. */
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

/** An axis counted from the front; negative axes count from the end. Throws ShapeError. */
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

/** Checks that a shape has only non-negative integer sizes. Throws ShapeError. */
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
