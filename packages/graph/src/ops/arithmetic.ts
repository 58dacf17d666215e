import { arg, call, type Expr, primitiveFns } from "@metrigrad/tensor";
import type { NodeLike } from "../core/like.ts";
import {
  type Binary,
  defElementwise,
  type Elementwise,
  elementwise,
  fromScalar,
  type Unary,
} from "./elementwise.ts";
import { pointwiseOp } from "./pointwise.ts";

/**
 * Adds: x + y. Both values have the same type, float or integer. Integers wrap around.
 *
 * @category Ops: elements
 */
export const add: Binary = fromScalar(primitiveFns.add);

/**
 * Subtracts: x − y. Both values have the same type, float or integer. Integers wrap around.
 *
 * @category Ops: elements
 */
export const sub: Binary = fromScalar(primitiveFns.sub);

/**
 * Multiplies element by element: x·y. Both values have the same type, float or integer. Integers
 * wrap around.
 *
 * For the product of matrices, see {@link matmul}.
 *
 * @category Ops: elements
 */
export const mul: Binary = fromScalar(primitiveFns.mul);

/**
 * Divides: x/y. Both values have the same type, float or integer.
 *
 * For integers the result is truncated, and a division by zero gives 0.
 *
 * @category Ops: elements
 */
export const div: Binary = fromScalar(primitiveFns.div);

/**
 * Computes the reciprocal 1/x of each element.
 *
 * @category Ops: elements
 */
export const reciprocal: Unary = defElementwise({ name: "reciprocal", f: "1/x" });

/**
 * Changes the sign: −x, of floats or i32.
 *
 * @category Ops: elements
 */
export const neg: Unary = fromScalar(primitiveFns.neg);

/**
 * Computes the absolute value |x| of floats or i32. The derivative is sign(x), which is 0 at 0.
 *
 * @category Ops: elements
 */
export const abs: Unary = fromScalar(primitiveFns.abs);

/**
 * Returns −1, 0 or 1 by the sign of a float or i32. NaN stays NaN. The result has no derivative.
 *
 * @category Ops: elements
 */
export const sign: Unary = fromScalar(primitiveFns.sign);

/**
 * Returns the smaller of x and y, element by element.
 *
 * The result is NaN if one of the two is NaN. If both are equal, each gets half of the derivative.
 *
 * @category Ops: elements
 */
export const minimum: Binary = fromScalar(primitiveFns.min, "minimum");

/**
 * Returns the larger of x and y, element by element.
 *
 * The result is NaN if one of the two is NaN. If both are equal, each gets half of the derivative.
 *
 * @category Ops: elements
 */
export const maximum: Binary = fromScalar(primitiveFns.max, "maximum");

/**
 * Limits x to the interval [low, high].
 *
 * The derivative is 1 inside the interval and on its bounds. NaN stays NaN.
 *
 * @category Ops: elements
 */
export const clip: Elementwise<[x: NodeLike, low: NodeLike, high: NodeLike]> = elementwise(
  pointwiseOp("clip", 3, (types) => {
    const { gt, lt, select } = primitiveFns;
    const [x, low, high] = types.map((type, index) => arg(index, type)) as [Expr, Expr, Expr];
    const above = call(select, call(gt, x, high), high, x);
    return call(select, call(lt, x, low), low, above);
  }),
);
