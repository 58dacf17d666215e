import { ShapeError, showShape } from "@metrigrad/tensor";
import { checkFloats } from "../core/checkElements.ts";
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
export function matrixSize(where: string, x: Node): readonly [number, number] {
  checkFloats(where, x);
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  if (x.shape.length >= 2 && rows > 0 && columns > 0) return [rows, columns];
  throw new ShapeError({
    where,
    must: "the operand must be matrices [b…, m, n] with m, n ≥ 1",
    got: showShape(x.shape),
    todo: "reshape it; a vector is a column [m, 1]",
  });
}
