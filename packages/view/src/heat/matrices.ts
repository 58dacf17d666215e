import { isTensor, type Tensor } from "@metrigrad/tensor";
import { kindOf, refused } from "../refused.ts";
import type { Matrix } from "./cells.ts";

/**
 * A matrix of numbers: a tensor [rows, columns], or a list of rows of equal length.
 *
 * @category Pictures
 */
export type MatrixValues = Tensor | readonly (readonly number[])[];

/** The most matrices of one picture. */
const most = 12;

/** Returns matrices by name: one, several in a record, or those of a tensor [k, rows, columns]. Throws DataError for others. */
export function matricesOf(
  where: string,
  given: MatrixValues | Readonly<Record<string, MatrixValues>>,
): [name: string, matrix: Matrix][] {
  if (isTensor(given) && given.shape.length === 3) return stacked(where, given);
  if (isTensor(given) || Array.isArray(given))
    return [["", matrixOf(where, given as MatrixValues)]];
  if (typeof given !== "object" || given === null) throw noMatrix(where, kindOf(given));
  const entries = Object.entries(given as Readonly<Record<string, MatrixValues>>);
  if (entries.length === 0) throw noMatrix(where, "none");
  checkCount(where, entries.length);
  return entries.map(([name, one]) => [name, matrixOf(`${where}, ${name}`, one)]);
}

/** Returns one matrix. Throws DataError for what is none. */
export function matrixOf(where: string, given: MatrixValues): Matrix {
  if (isTensor(given)) {
    const [rows = 0, columns = 0, ...more] = given.shape;
    if (given.shape.length !== 2 || more.length > 0 || rows * columns === 0) {
      throw noMatrix(where, `a tensor [${given.shape.join(", ")}]`);
    }
    return { rows, columns, values: given.data() };
  }
  const columns = Array.isArray(given) ? (given[0]?.length ?? 0) : 0;
  const isMatrix =
    columns > 0 &&
    given.every(
      (row) =>
        Array.isArray(row) && row.length === columns && row.every((one) => typeof one === "number"),
    );
  if (!isMatrix) throw noMatrix(where, kindOf(given));
  return { rows: given.length, columns, values: given.flat() };
}

function stacked(where: string, given: Tensor): [string, Matrix][] {
  const [count = 0, rows = 0, columns = 0] = given.shape;
  if (count * rows * columns === 0) throw noMatrix(where, `a tensor [${given.shape.join(", ")}]`);
  checkCount(where, count);
  const values = given.data();
  return Array.from({ length: count }, (_, at) => [
    count === 1 ? "" : `matrix ${at + 1}`,
    { rows, columns, values: values.slice(at * rows * columns, (at + 1) * rows * columns) },
  ]);
}

function checkCount(where: string, count: number): void {
  if (count <= most) return;
  const todo = "pass some of them by name: { first: block }";
  throw refused(where, `there must be at most ${most} matrices`, String(count), todo);
}

function noMatrix(where: string, got: string) {
  const todo = "pass a tensor [rows, columns], such as await block.toDense(), or { name: matrix }";
  return refused(where, "the values must be a matrix of numbers", got, todo);
}

/** Cells beyond which a side is pooled: a picture has no more pixels for them. */
const finest = 240;

/** Returns a matrix of at most so many cells a side, and how many values a cell stands for. A cell shows its value of largest size. */
export function pooled({ rows, columns, values }: Matrix): { matrix: Matrix; by: number } {
  const by = Math.ceil(Math.max(rows, columns) / finest);
  if (by === 1) return { matrix: { rows, columns, values }, by };
  const [down, across] = [Math.ceil(rows / by), Math.ceil(columns / by)];
  const kept = new Float64Array(down * across);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column] as number;
      const at = Math.floor(row / by) * across + Math.floor(column / by);
      if (!(Math.abs(value) <= Math.abs(kept[at] as number))) kept[at] = value;
    }
  }
  return { matrix: { rows: down, columns: across, values: kept }, by };
}
