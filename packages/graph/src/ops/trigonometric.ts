import { derivedFns } from "@metrigrad/tensor";
import { type Binary, fromScalar, type Unary } from "./elementwise.ts";

/** tan x = sin x / cos x. */
export const tan: Unary = fromScalar(derivedFns.tan);

/** The angle in [−π/2, π/2] whose sine is x; NaN for |x| > 1. */
export const asin: Unary = fromScalar(derivedFns.asin);

/** The angle in [0, π] whose cosine is x; NaN for |x| > 1. */
export const acos: Unary = fromScalar(derivedFns.acos);

/** The angle in (−π/2, π/2) whose tangent is x. */
export const atan: Unary = fromScalar(derivedFns.atan);

/**
 * The angle of the point (x, y), in (−π, π]; −0 counts as 0. At the origin it is 0, and its derivative,
 * which does not exist there, is NaN.
 */
export const atan2: Binary = fromScalar(derivedFns.atan2);

/** (eˣ − e⁻ˣ)/2, accurate near 0. */
export const sinh: Unary = fromScalar(derivedFns.sinh);

/** (eˣ + e⁻ˣ)/2. */
export const cosh: Unary = fromScalar(derivedFns.cosh);

/** ln(x + √(x² + 1)), accurate near 0. */
export const asinh: Unary = fromScalar(derivedFns.asinh);

/** ln(x + √(x² − 1)), accurate near 1; NaN for x < 1. */
export const acosh: Unary = fromScalar(derivedFns.acosh);

/** ½ ln((1 + x)/(1 − x)), accurate near 0; ±∞ at ±1, NaN beyond. */
export const atanh: Unary = fromScalar(derivedFns.atanh);
