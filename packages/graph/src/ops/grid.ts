import { ShapeError, showShape, tensor, type ValueType } from "@metrigrad/tensor";
import { checkChoice } from "../core/checkChoice.ts";
import { checkOptions } from "../core/checkOptions.ts";
import { asNodes, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { constant } from "./constant.ts";
import { reshape } from "./reshape.ts";
import { swapAxes } from "./swapAxes.ts";

/** Throws ShapeError. */
function refuse(where: string, must: string, got: string, todo: string): never {
  throw new ShapeError({ where, must, got, todo });
}

/**
 * Options of {@link arange}.
 *
 * @category Ops: shapes
 */
export interface ArangeOptions {
  /** The distance from one number to the next; 1 by default. */
  readonly step?: number;
  /**
   * The element type. By default it is i32 if all three numbers are integers, and float otherwise.
   */
  readonly type?: "float" | "i32";
}

/**
 * Makes the numbers start, start + step, … before `end`. Each is computed from its index in
 * float64.
 *
 * @param start - The first number.
 * @param end - The limit. It is not in the result.
 * @param options - The step and the type.
 * @returns The ⌈(end − start)/step⌉ numbers, [n]. There are none if that is negative.
 * @throws {@link ShapeError} if a number is not finite, if the step is 0, or if a fraction would
 *   become i32.
 * @throws {@link GraphError} if an option or the type is unknown.
 * @category Ops: shapes
 */
export function arange(start: number, end: number, options: ArangeOptions = {}): Node {
  checkOptions("arange", options, ["step", "type"]);
  const { step = 1 } = options;
  const numbers = [start, end, step];
  const whole = [start, step].every(Number.isInteger);
  if (options.type !== undefined) checkChoice("arange", "type", options.type, ["float", "i32"]);
  const type: ValueType = options.type ?? (whole && Number.isInteger(end) ? "i32" : "float");
  if (!numbers.every(Number.isFinite) || step === 0 || (type === "i32" && !whole)) {
    refuse(
      "arange",
      "start, end and step must be finite, the step not 0, and integers for i32",
      `${numbers.join(", ")} as ${type}`,
      "choose other numbers, or the type float",
    );
  }
  const length = Math.max(0, Math.ceil((end - start) / step));
  const values = Float64Array.from({ length }, (_, i) => start + i * step);
  return constant(tensor(type === "i32" ? Int32Array.from(values) : values));
}

/**
 * Makes evenly spaced numbers from `start` to `end`, both included.
 *
 * @param start - The first number.
 * @param end - The last number.
 * @param count - How many numbers. A single number is `start`.
 * @returns The numbers, float, [count].
 * @throws {@link ShapeError} if the count is not a non-negative integer, or if a number is not
 *   finite.
 * @category Ops: shapes
 */
export function linspace(start: number, end: number, count: number): Node {
  if (![start, end].every(Number.isFinite) || !Number.isInteger(count) || count < 0) {
    refuse(
      "linspace",
      "start and end must be finite, and count an integer ≥ 0",
      `${start}, ${end}, ${count}`,
      "choose other numbers",
    );
  }
  const step = (end - start) / Math.max(1, count - 1);
  // The second half is counted from the end, so that `end` is reached exactly.
  const at = (i: number) => (2 * i < count ? start + i * step : end - (count - 1 - i) * step);
  return constant(tensor(Float64Array.from({ length: count }, (_, i) => at(i))));
}

/**
 * Options of {@link meshgrid}.
 *
 * @category Ops: shapes
 */
export interface MeshgridOptions {
  /**
   * The order of the axes. With "ij" (the default), axis k belongs to value k. With "xy", the first
   * two axes are exchanged.
   */
  readonly indexing?: "ij" | "xy";
}

/**
 * Makes the coordinates of a grid: each value is repeated along the axes of the others, without a
 * copy.
 *
 * @param values - The vectors, [n₀], [n₁], …, of any type.
 * @param options - The order of the axes.
 * @returns As many values, each [n₀, n₁, …].
 * @throws {@link ShapeError} if a value is not a vector.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: shapes
 */
export function meshgrid(values: readonly NodeLike[], options: MeshgridOptions = {}): Node[] {
  checkOptions("meshgrid", options, ["indexing"]);
  checkChoice("meshgrid", "indexing", options.indexing ?? "ij", ["ij", "xy"]);
  const nodes = asNodes(values);
  const odd = nodes.find(({ shape }) => shape.length !== 1);
  if (odd !== undefined) {
    refuse("meshgrid", "values must be vectors", showShape(odd.shape), "reshape them to [n]");
  }
  const shape = nodes.map((node) => node.shape[0] as number);
  const turned = options.indexing === "xy" && nodes.length > 1;
  return nodes.map((node, k) => {
    const own = shape.map((n, axis) => (axis === k ? n : 1));
    const grid = broadcastTo(reshape(node, own), shape);
    return turned ? swapAxes(grid, 0, 1) : grid;
  });
}
