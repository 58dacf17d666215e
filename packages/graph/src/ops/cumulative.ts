import { normalizeAxis, ShapeError } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { add, maximum, minimum, mul } from "./arithmetic.ts";
import { concat } from "./concat.ts";
import { fill } from "./fill.ts";
import { flip } from "./flip.ts";
import { along, type Combine, inclusiveScan } from "./inclusiveScan.ts";
import { logaddexp } from "./transcendental.ts";

/**
 * Options of {@link cummax}, {@link cummin} and {@link logCumsumExp}.
 *
 * @category Ops: sequences
 */
export interface CumulativeOptions {
  /** The axis; the last one by default. Negative axes count from the end. */
  readonly axis?: number;
  /** Whether to go from the end to the beginning; false by default. */
  readonly reverse?: boolean;
}

const cumulativeNames = ["axis", "reverse"] as const;

/**
 * Options of {@link cumsum} and {@link cumprod}.
 *
 * @category Ops: sequences
 */
export interface ExclusiveOptions extends CumulativeOptions {
  /** Whether each result leaves out the element at its own position; false by default. */
  readonly exclusive?: boolean;
}

const exclusiveNames = ["axis", "reverse", "exclusive"] as const;

/**
 * Attributes of running sums.
 *
 * @category Graph: own ops
 */
export interface RunningAttrs {
  /** The axis, counted from the front. */
  readonly axis: number;
  /** Whether the sums run from the end. */
  readonly reverse: boolean;
  /** Whether each sum leaves out the element at its own position. */
  readonly exclusive: boolean;
}

/** Combines the elements of an axis one after the other. `unit` is the result over nothing. */
function scanned(
  x: Node,
  { axis, reverse, exclusive }: RunningAttrs,
  combine: Combine,
  unit: number,
) {
  const n = x.shape[axis] as number;
  const turned = reverse ? flip(x, { axis }) : x;
  let result = inclusiveScan(
    exclusive ? along(turned, axis, 0, Math.max(0, n - 1)) : turned,
    axis,
    combine,
  );
  if (exclusive && n > 0) {
    result = concat([fill(x.shape.with(axis, 1), unit, x.type), result], axis);
  }
  return reverse ? flip(result, { axis }) : result;
}

/** Reads the operand and the options. Throws ShapeError. */
function read(where: string, value: NodeLike, options: ExclusiveOptions, types: string[]) {
  const x = asNode(value);
  if (!types.includes(x.type)) {
    throw new ShapeError({
      where,
      must: `the operand must be ${types.join(" or ")}`,
      got: x.type,
      todo: 'cast(x, "float") first',
    });
  }
  const axis = normalizeAxis(where, options.axis ?? -1, x.shape.length);
  const { reverse = false, exclusive = false } = options;
  return { x, attrs: { axis, reverse, exclusive } };
}

const numbers = ["float", "i32", "u32"];

// The op is linear, and its adjoint goes in the other direction.
export const cumsumOp: Op<RunningAttrs> = {
  name: "cumsum",
  infer: ([x]) => ({ shape: (x as Node).shape, type: (x as Node).type }),
  vjp: ({ attrs }, cotangent) => [
    makeNode(cumsumOp, [cotangent], { ...attrs, reverse: !attrs.reverse }),
  ],
  batch: ({ attrs }, [x]) => makeNode(cumsumOp, [x as Node], { ...attrs, axis: attrs.axis + 1 }),
  // The rewrite replaces this node, so there is nothing to lower.
  lower: () => undefined,
  rewrite: (node) => scanned(node.inputs[0] as Node, node.attrs, add, 0),
};

/**
 * Computes running sums along an axis: x₀, x₀ + x₁, …
 *
 * Integers wrap around. The sums are made in pairs, so the rounding error grows only with log n.
 *
 * @param x - The values: float, i32 or u32.
 * @param options - The axis, the direction, and whether each sum has its own element.
 * @returns The sums, of x's shape.
 * @throws {@link ShapeError} if the axis is out of range, or if x is bool, u8 or f16.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: sequences
 */
export function cumsum(x: NodeLike, options: ExclusiveOptions = {}): Node {
  checkOptions("cumsum", options, exclusiveNames);
  const { x: node, attrs } = read("cumsum", x, options, numbers);
  return makeNode(cumsumOp, [node], attrs);
}

/**
 * Computes running products along an axis: x₀, x₀x₁, …
 *
 * Integers wrap around. Derivatives of every order are correct where elements are zero, because
 * nothing is divided.
 *
 * @param x - The values: float, i32 or u32.
 * @param options - The axis, the direction, and whether each product has its own element.
 * @returns The products, of x's shape.
 * @throws {@link ShapeError} if the axis is out of range, or if x is bool, u8 or f16.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: sequences
 */
export function cumprod(x: NodeLike, options: ExclusiveOptions = {}): Node {
  checkOptions("cumprod", options, exclusiveNames);
  const { x: node, attrs } = read("cumprod", x, options, numbers);
  return scanned(node, attrs, mul, 1);
}

/**
 * Returns the largest element so far along an axis.
 *
 * After a NaN all results are NaN. Equal elements share the derivative.
 *
 * @param x - The values: float, i32 or u32.
 * @param options - The axis and the direction.
 * @returns The maxima, of x's shape.
 * @throws {@link ShapeError} if the axis is out of range, or if x is bool, u8 or f16.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: sequences
 */
export function cummax(x: NodeLike, options: CumulativeOptions = {}): Node {
  checkOptions("cummax", options, cumulativeNames);
  const { x: node, attrs } = read("cummax", x, options, numbers);
  return scanned(node, { ...attrs, exclusive: false }, maximum, 0);
}

/**
 * Returns the smallest element so far along an axis.
 *
 * After a NaN all results are NaN. Equal elements share the derivative.
 *
 * @param x - The values: float, i32 or u32.
 * @param options - The axis and the direction.
 * @returns The minima, of x's shape.
 * @throws {@link ShapeError} if the axis is out of range, or if x is bool, u8 or f16.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: sequences
 */
export function cummin(x: NodeLike, options: CumulativeOptions = {}): Node {
  checkOptions("cummin", options, cumulativeNames);
  const { x: node, attrs } = read("cummin", x, options, numbers);
  return scanned(node, { ...attrs, exclusive: false }, minimum, 0);
}

/**
 * Computes ln Σ eˣ of the elements so far along an axis, without overflow.
 *
 * An element −∞ adds nothing.
 *
 * @param x - The values, float.
 * @param options - The axis and the direction.
 * @returns The logarithms, of x's shape.
 * @throws {@link ShapeError} if the axis is out of range, or if x is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: sequences
 */
export function logCumsumExp(x: NodeLike, options: CumulativeOptions = {}): Node {
  checkOptions("logCumsumExp", options, cumulativeNames);
  const { x: node, attrs } = read("logCumsumExp", x, options, ["float"]);
  return scanned(node, { ...attrs, exclusive: false }, logaddexp, 0);
}
