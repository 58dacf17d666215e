import { ShapeError, showShape } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import type { AxisRange } from "./selection.ts";
import { pad, slice } from "./slice.ts";

/** Takes rows and columns of matrices [b…, m, n], without a copy. null stands for all of them. */
export function matrixPart(x: Node, rows: AxisRange | null, columns: AxisRange | null): Node {
  const lead = x.shape.slice(0, -2).map(() => null);
  return slice(x, [...lead, rows, columns]);
}

/** Adds rows and columns of zeros around matrices: `[before, after]`. */
export function matrixPad(
  x: Node,
  rows: readonly [number, number],
  columns: readonly [number, number],
): Node {
  const lead = x.shape.slice(0, -2).map(() => [0, 0] as const);
  return pad(x, [...lead, rows, columns]);
}

/**
 * Returns the rows and columns of float matrices [b…, m, n]. Throws ShapeError for other values.
 */
export function matrixSize(where: string, { shape, type }: Node): readonly [number, number] {
  const [rows = 0, columns = 0] = shape.slice(-2);
  if (shape.length >= 2 && rows > 0 && columns > 0 && type === "float") return [rows, columns];
  throw new ShapeError({
    where,
    must: "the operand must be float matrices [b…, m, n] with m, n ≥ 1",
    got: `${type} ${showShape(shape)}`,
    todo: "reshape or cast it; a vector is a column [m, 1]",
  });
}
