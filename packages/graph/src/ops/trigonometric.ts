import { derivedFns } from "@metrigrad/tensor";
import { type Binary, fromScalar, type Unary } from "./elementwise.ts";

/**
 * Computes the tangent sin x/cos x of each element, an angle in radians.
 *
 * @category Ops: elements
 */
export const tan: Unary = fromScalar(derivedFns.tan);

/**
 * Computes the angle in [−π/2, π/2] whose sine is x. It is NaN for |x| > 1.
 *
 * @category Ops: elements
 */
export const asin: Unary = fromScalar(derivedFns.asin);

/**
 * Computes the angle in [0, π] whose cosine is x. It is NaN for |x| > 1.
 *
 * @category Ops: elements
 */
export const acos: Unary = fromScalar(derivedFns.acos);

/**
 * Computes the angle in (−π/2, π/2) whose tangent is x.
 *
 * @category Ops: elements
 */
export const atan: Unary = fromScalar(derivedFns.atan);

/**
 * Computes the angle of the point (x, y), in (−π, π], in radians. −0 counts as 0.
 *
 * At the origin the angle is 0. Its derivative does not exist there and is NaN.
 *
 * @category Ops: elements
 */
export const atan2: Binary = fromScalar(derivedFns.atan2);

/**
 * Computes the hyperbolic sine (eˣ − e⁻ˣ)/2, accurate near 0.
 *
 * @category Ops: elements
 */
export const sinh: Unary = fromScalar(derivedFns.sinh);

/**
 * Computes the hyperbolic cosine (eˣ + e⁻ˣ)/2.
 *
 * @category Ops: elements
 */
export const cosh: Unary = fromScalar(derivedFns.cosh);

/**
 * Computes the inverse hyperbolic sine ln(x + √(x² + 1)), accurate near 0.
 *
 * @category Ops: elements
 */
export const asinh: Unary = fromScalar(derivedFns.asinh);

/**
 * Computes the inverse hyperbolic cosine ln(x + √(x² − 1)), accurate near 1. It is NaN for x < 1.
 *
 * @category Ops: elements
 */
export const acosh: Unary = fromScalar(derivedFns.acosh);

/**
 * Computes the inverse hyperbolic tangent ½ ln((1 + x)/(1 − x)), accurate near 0.
 *
 * The result is ±∞ at ±1, and NaN for |x| > 1.
 *
 * @category Ops: elements
 */
export const atanh: Unary = fromScalar(derivedFns.atanh);
