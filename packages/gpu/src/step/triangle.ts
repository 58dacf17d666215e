import { sizeOf, type TriangularSolveStep } from "@metrigrad/tensor";
import { Kernel, type Memory } from "../wgsl/kernel.ts";
import { coordinateLines } from "../wgsl/layout.ts";
import { placeIn } from "./place.ts";

/** The number of unknowns that a workgroup solves together. */
export const blockSize = 32;

/**
 * A triangular system as text. Rows count unknowns in the order in which they are solved, so a transposed system is a
 * lower triangle too.
 */
export interface Triangle {
  readonly kernel: Kernel;
  readonly d: number;
  readonly columns: number;
  /** The number of unknowns and of right-hand sides as words of the uniform, so that all sizes share texts. */
  readonly words: { readonly d: string; readonly columns: string };
  readonly batches: number;
  /** Whether neighbours in a row of the triangle lie side by side. */
  readonly alongRow: boolean;
  /** Lines that find the matrix with the number `batch`. */
  readonly find: readonly string[];
  readonly element: (row: string, column: string) => string;
  readonly right: (row: string, column: string) => string;
  /** What the output holds. */
  readonly held: (row: string, column: string) => string;
  readonly store: (row: string, column: string, value: string) => string;
}

/** Returns the system of a step, for one dispatch. */
export function triangleOf(step: TriangularSolveStep, memory: Memory): Triangle {
  const { l, rhs, transpose, output, when } = step;
  const kernel = new Kernel(memory);
  const [factor, right, target] = [kernel.read(l), kernel.read(rhs), kernel.write(output)];
  kernel.when(when);
  const batch = l.shape.slice(0, -2);
  const [d = 0, columns = 0] = rhs.shape.slice(-2);
  const words = { d: kernel.param(d), columns: kernel.param(columns) };
  const unknown = (row: string) => (transpose ? `(${words.d} - 1u - ${row})` : row);
  const [inFactor, inRight, inTarget] = [
    placeIn(kernel, l, "m", "matrix"),
    placeIn(kernel, rhs, "m", "source"),
    placeIn(kernel, output, "m", "to"),
  ];
  const element = (row: string, column: string) => {
    const [i, j] = transpose ? [column, row] : [row, column];
    return factor.load(inFactor.element(unknown(i), unknown(j)));
  };
  return {
    ...{ kernel, d, columns, words, batches: sizeOf(batch), element },
    alongRow: Math.abs(l.strides.at(transpose ? -2 : -1) as number) === 1,
    find: [
      ...coordinateLines("batch", batch, "m"),
      `let matrix = ${inFactor.matrix};`,
      `let source = ${inRight.matrix};`,
      `let to = ${inTarget.matrix};`,
    ],
    right: (row, column) => right.load(inRight.element(unknown(row), column)),
    held: (row, column) => target.load(inTarget.element(unknown(row), column)),
    store: (row, column, value) => target.store(inTarget.element(unknown(row), column), value),
  };
}

/**
 * Returns an element of the triangle as text; behind its end the identity goes on. Elements of the diagonal are
 * inverted, so that each unknown is a product. Where a device flushes subnormal numbers, the inverse of more than 8.5e37 is 0.
 */
export function invertedElement({ words, element }: Triangle, row: string, column: string): string {
  const inside = `${row} < ${words.d} && ${column} < ${words.d}`;
  const value = element(`min(${row}, ${words.d} - 1u)`, `min(${column}, ${words.d} - 1u)`);
  return `select(select(0.0, ${value}, ${inside}), 1.0 / select(1.0, ${value}, ${inside}), ${row} == ${column})`;
}
