import { derivedFns, primitiveFns } from "@metrigrad/tensor";
import { type Binary, fromScalar, type Unary } from "./elementwise.ts";

/**
 * Computes the exponential eˣ of each element.
 *
 * @category Ops: elements
 */
export const exp: Unary = fromScalar(primitiveFns.exp);

/**
 * Computes eˣ − 1, accurate near 0.
 *
 * @category Ops: elements
 */
export const expm1: Unary = fromScalar(primitiveFns.expm1);

/**
 * Computes the natural logarithm ln x of each element.
 *
 * @category Ops: elements
 */
export const log: Unary = fromScalar(primitiveFns.log);

/**
 * Computes ln(1 + x), accurate near 0.
 *
 * @category Ops: elements
 */
export const log1p: Unary = fromScalar(primitiveFns.log1p);

/**
 * Computes the logarithm to base 2. For a power of 2 the result may differ from the integer by a
 * rounding error.
 *
 * @category Ops: elements
 */
export const log2: Unary = fromScalar(derivedFns.log2);

/**
 * Computes the logarithm to base 10. For a power of 10 the result may differ from the integer by a
 * rounding error.
 *
 * @category Ops: elements
 */
export const log10: Unary = fromScalar(derivedFns.log10);

/**
 * Computes the square root √x of each element.
 *
 * @category Ops: elements
 */
export const sqrt: Unary = fromScalar(primitiveFns.sqrt);

/**
 * Computes the reciprocal of the square root, 1/√x.
 *
 * @category Ops: elements
 */
export const rsqrt: Unary = fromScalar(derivedFns.rsqrt);

/**
 * Computes the square x² of each element.
 *
 * @category Ops: elements
 */
export const square: Unary = fromScalar(derivedFns.square);

/**
 * Computes the power xʸ. The derivative by y is 0 where x = 0, and NaN where x < 0.
 *
 * @category Ops: elements
 */
export const pow: Binary = fromScalar(primitiveFns.pow);

/**
 * Computes the sine of each element, an angle in radians.
 *
 * @category Ops: elements
 */
export const sin: Unary = fromScalar(primitiveFns.sin);

/**
 * Computes the cosine of each element, an angle in radians.
 *
 * @category Ops: elements
 */
export const cos: Unary = fromScalar(primitiveFns.cos);

/**
 * Computes the error function erf x = 2/√π ∫₀ˣ e^(−s²) ds.
 *
 * @category Ops: elements
 */
export const erf: Unary = fromScalar(primitiveFns.erf);

/**
 * Computes ln(eˣ + eʸ), without overflow.
 *
 * @category Ops: elements
 */
export const logaddexp: Binary = fromScalar(derivedFns.logaddexp);
