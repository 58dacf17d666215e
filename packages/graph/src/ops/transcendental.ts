import { derivedFns, primitiveFns } from "@metrigrad/tensor";
import { type Binary, fromScalar, type Unary } from "./elementwise.ts";

/** eˣ. */
export const exp: Unary = fromScalar(primitiveFns.exp);

/** eˣ − 1, accurate near 0. */
export const expm1: Unary = fromScalar(primitiveFns.expm1);

/** ln x. */
export const log: Unary = fromScalar(primitiveFns.log);

/** ln(1 + x), accurate near 0. */
export const log1p: Unary = fromScalar(primitiveFns.log1p);

/** The logarithm to base 2, which may be a rounding away from the whole number. */
export const log2: Unary = fromScalar(derivedFns.log2);

/** The logarithm to base 10, which may be a rounding away from the whole number. */
export const log10: Unary = fromScalar(derivedFns.log10);

/** √x. */
export const sqrt: Unary = fromScalar(primitiveFns.sqrt);

/** 1/√x. */
export const rsqrt: Unary = fromScalar(derivedFns.rsqrt);

/** x². */
export const square: Unary = fromScalar(derivedFns.square);

/** xʸ; the derivative by y is 0 where x = 0 and NaN where x < 0. */
export const pow: Binary = fromScalar(primitiveFns.pow);

/** sin x. */
export const sin: Unary = fromScalar(primitiveFns.sin);

/** cos x. */
export const cos: Unary = fromScalar(primitiveFns.cos);

/** erf x = 2/√π ∫₀ˣ e^(−s²) ds. */
export const erf: Unary = fromScalar(primitiveFns.erf);

/** ln(eˣ + eʸ) without overflow. */
export const logaddexp: Binary = fromScalar(derivedFns.logaddexp);
