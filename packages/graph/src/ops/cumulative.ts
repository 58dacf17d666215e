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

/** How to go along an axis. */
export interface CumulativeOptions {
  /** The axis; the last one by default, negative ones count from the end. */
  readonly axis?: number;
  /** Whether to go from the end to the beginning; false by default. */
  readonly reverse?: boolean;
}

const cumulativeNames = ["axis", "reverse"] as const;

/** How to go along an axis, and whether each element counts for itself. */
export interface ExclusiveOptions extends CumulativeOptions {
  /** Whether a result is of the elements before its own only; false by default. */
  readonly exclusive?: boolean;
}

const exclusiveNames = ["axis", "reverse", "exclusive"] as const;

/** Attributes: the axis, counted from the front. */
interface ScanAttrs {
  readonly axis: number;
  readonly reverse: boolean;
  readonly exclusive: boolean;
}

function scanned(x: Node, { axis, reverse, exclusive }: ScanAttrs, combine: Combine, unit: number) {
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

/** The operand and the attributes that options say. Throws ShapeError. */
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

// It is linear: its adjoint goes the other way.
const cumsumOp: Op<ScanAttrs> = {
  name: "cumsum",
  infer: ([x]) => ({ shape: (x as Node).shape, type: (x as Node).type }),
  vjp: ({ attrs }, cotangent) => [
    makeNode(cumsumOp, [cotangent], { ...attrs, reverse: !attrs.reverse }),
  ],
  batch: ({ attrs }, [x]) => makeNode(cumsumOp, [x as Node], { ...attrs, axis: attrs.axis + 1 }),
  // The rewrite takes the place of a lowering.
  lower: () => undefined,
  rewrite: (node) => scanned(node.inputs[0] as Node, node.attrs, add, 0),
};

/**
 * Running sums along an axis: x₀, x₀ + x₁, …; integers wrap. Sums are made by pairs, so that errors of
 * rounding grow with log n.
 *
 * @param x - The value: float, i32 or u32.
 * @param options - Axis, direction, and whether each element counts for itself.
 * @returns A value of x's shape.
 * @throws ShapeError for an axis out of range, and for bool and u8
 */
export function cumsum(x: NodeLike, options: ExclusiveOptions = {}): Node {
  checkOptions("cumsum", options, exclusiveNames);
  const { x: node, attrs } = read("cumsum", x, options, numbers);
  return makeNode(cumsumOp, [node], attrs);
}

/**
 * Running products along an axis: x₀, x₀x₁, …; integers wrap. Derivatives of every order hold where
 * elements are zero, as nothing is divided.
 *
 * @param x - The value: float, i32 or u32.
 * @param options - Axis, direction, and whether each element counts for itself.
 * @returns A value of x's shape.
 * @throws ShapeError for an axis out of range, and for bool and u8
 */
export function cumprod(x: NodeLike, options: ExclusiveOptions = {}): Node {
  checkOptions("cumprod", options, exclusiveNames);
  const { x: node, attrs } = read("cumprod", x, options, numbers);
  return scanned(node, attrs, mul, 1);
}

/**
 * The largest element so far along an axis; NaN from the first one on. Ties share the derivative.
 *
 * @param x - The value: float, i32 or u32.
 * @param options - Axis and direction.
 * @returns A value of x's shape.
 * @throws ShapeError for an axis out of range, and for bool and u8
 */
export function cummax(x: NodeLike, options: CumulativeOptions = {}): Node {
  checkOptions("cummax", options, cumulativeNames);
  const { x: node, attrs } = read("cummax", x, options, numbers);
  return scanned(node, { ...attrs, exclusive: false }, maximum, 0);
}

/**
 * The smallest element so far along an axis; NaN from the first one on. Ties share the derivative.
 *
 * @param x - The value: float, i32 or u32.
 * @param options - Axis and direction.
 * @returns A value of x's shape.
 * @throws ShapeError for an axis out of range, and for bool and u8
 */
export function cummin(x: NodeLike, options: CumulativeOptions = {}): Node {
  checkOptions("cummin", options, cumulativeNames);
  const { x: node, attrs } = read("cummin", x, options, numbers);
  return scanned(node, { ...attrs, exclusive: false }, minimum, 0);
}

/**
 * ln Σ eˣ of the elements so far along an axis, without overflow.
 *
 * @param x - Floats; −∞ counts as nothing.
 * @param options - Axis and direction.
 * @returns A value of x's shape.
 * @throws ShapeError for an axis out of range, and for values that are not float
 */
export function logCumsumExp(x: NodeLike, options: CumulativeOptions = {}): Node {
  checkOptions("logCumsumExp", options, cumulativeNames);
  const { x: node, attrs } = read("logCumsumExp", x, options, ["float"]);
  return scanned(node, { ...attrs, exclusive: false }, logaddexp, 0);
}
