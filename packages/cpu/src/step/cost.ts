import { weightOf } from "../expr/rules/table.ts";
import type { Analysis } from "../loop/body.ts";
import type { Floats } from "../wasm/index.ts";

/** Nanoseconds of one multiplication or addition of vectors inside of a product. */
const flopTime = 1 / 10;
/** Nanoseconds of one instruction of a loop, for all elements of a vector. */
const instructionTime = 1 / 4;

/** Nanoseconds that a product of m×k and k×n takes, roughly. */
export function productCost(m: number, n: number, k: number, { lanes }: Floats): number {
  return (2 * m * n * k * flopTime) / lanes;
}

/** Nanoseconds of a loop over `shape` that evaluates expressions and stores them, roughly. */
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

/** The cost of what cannot be shared, because there are not two of it, is not worth to know. */
export function shareable(grains: number, cost: number): number {
  return grains > 1 ? cost : 0;
}

/** Elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((total, length) => total * length, 1);
}
