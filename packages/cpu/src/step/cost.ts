import { weightOf } from "../expr/rules/table.ts";
import type { Analysis } from "../loop/body.ts";
import type { Floats } from "../wasm/index.ts";

/** The time in nanoseconds of one multiplication or addition of vectors inside of a product. */
const flopTime = 1 / 10;
/** The time in nanoseconds of one instruction of a loop, for all elements of a vector. */
const instructionTime = 1 / 4;

/** Returns roughly the nanoseconds of a product of m×k and k×n. */
export function productCost(m: number, n: number, k: number, { lanes }: Floats): number {
  return (2 * m * n * k * flopTime) / lanes;
}

/** Returns roughly the nanoseconds of a loop over `shape` that evaluates expressions and stores them. */
export function loopCost(
  shape: readonly number[],
  { scalars }: Analysis,
  { lanes }: Floats,
): number {
  let instructions = scalars.roots.length;
  for (const node of scalars.nodes) {
    if (node.op === "arg") instructions += 1;
    else if (node.op === "call") instructions += weightOf(node.rule);
  }
  return (sizeOf(shape) * instructions * instructionTime) / lanes;
}

/** Returns the cost of work that parts can share; work that cannot be cut in two counts as none. */
export function shareable(grains: number, cost: number): number {
  return grains > 1 ? cost : 0;
}

/** Returns the number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((total, length) => total * length, 1);
}
