import { ShapeError } from "./errors.ts";
import { showShape } from "./shape.ts";

/**
 * A number, a boolean, or arrays of them, nested to any depth.
 *
 * @category Tensors
 */
export type NestedArray = number | boolean | readonly NestedArray[];

/** The values of a nested array, and its shape. */
export interface Flat {
  /** The leaves in row-major order; booleans are 0 and 1. */
  readonly values: number[];
  /** Sizes per axis. */
  readonly shape: number[];
  /** Whether the leaves are booleans. */
  readonly booleans: boolean;
}

function refuse(must: string, got: string): never {
  throw new ShapeError({
    where: "tensor",
    must,
    got,
    todo: "pass a number, equally long nested arrays of numbers (or of booleans), or a typed array",
  });
}

/**
 * Returns the row-major values and the shape of a nested array.
 *
 * Throws ShapeError if its arrays have unequal lengths or depths, or if it mixes numbers and booleans.
 */
export function flatten(nested: NestedArray): Flat {
  const shape: number[] = [];
  for (let first = nested; Array.isArray(first); first = first[0] as NestedArray) {
    shape.push(first.length);
    if (first.length === 0) break;
  }
  const leaf = leafType(nested);
  const values: number[] = [];
  const path: number[] = [];
  const at = () => `at index ${showShape(path)}`;
  const visit = (node: NestedArray, axis: number) => {
    if (!Array.isArray(node)) {
      if (axis < shape.length) refuse("rows must be equally deep", `a value ${at()}`);
      if (typeof node !== leaf) {
        refuse("elements must be all numbers or all booleans", `${typeof node} ${at()}`);
      }
      values.push(Number(node));
      return;
    }
    if (axis >= shape.length) refuse("rows must be equally deep", `an array ${at()}`);
    if (node.length !== shape[axis]) {
      refuse(`rows of axis ${axis} must have ${shape[axis]} elements`, `${node.length} ${at()}`);
    }
    for (let i = 0; i < node.length; i++) {
      path.push(i);
      visit(node[i] as NestedArray, axis + 1);
      path.pop();
    }
  };
  visit(nested, 0);
  return { values, shape, booleans: leaf === "boolean" };
}

/** The type of the first leaf, or "number" if there is no leaf. */
function leafType(nested: NestedArray): "number" | "boolean" {
  let first: NestedArray | undefined = nested;
  while (Array.isArray(first)) first = first[0];
  return typeof first === "boolean" ? "boolean" : "number";
}
