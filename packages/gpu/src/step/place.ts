import type { View } from "@metrigrad/tensor";
import type { Kernel } from "../wgsl/kernel.ts";
import { scaledBy } from "../wgsl/layout.ts";

/** Positions in the matrices of a view as text. Strides are words of the uniform, so that all sizes share texts. */
export interface Place {
  /** The first element of the matrix at batch coordinates `name0`, `name1`, …. */
  readonly matrix: string;
  /** Returns the position of an element of the matrix that begins at `from`. */
  readonly element: (row: string, column: string) => string;
}

/** Returns positions in a view: `name` is that of the batch coordinates, and `from` a variable with the matrix's first element. */
export function placeIn(kernel: Kernel, { strides }: View, name: string, from: string): Place {
  const scale = (by: number) => scaledBy((x) => kernel.param(x), by);
  const lead = strides.slice(0, -2).map((by, axis) => scale(by)(`${name}${axis}`));
  const [down, across] = strides.slice(-2).map(scale);
  return {
    matrix: `(${["0u", ...lead].join(" + ")})`,
    element: (row, column) => `(${from} + ${down?.(row)} + ${across?.(column)})`,
  };
}
