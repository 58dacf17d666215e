import { primitiveFns } from "@metrigrad/tensor";
import { type Binary, fromScalar, type Unary } from "./elementwise.ts";

/**
 * Tells where x < y, as bool. Both values have the same type.
 *
 * @category Ops: elements
 */
export const less: Binary = fromScalar(primitiveFns.lt, "less");

/**
 * Tells where x ≤ y, as bool. Both values have the same type.
 *
 * @category Ops: elements
 */
export const lessEqual: Binary = fromScalar(primitiveFns.le, "lessEqual");

/**
 * Tells where x > y, as bool. Both values have the same type.
 *
 * @category Ops: elements
 */
export const greater: Binary = fromScalar(primitiveFns.gt, "greater");

/**
 * Tells where x ≥ y, as bool. Both values have the same type.
 *
 * @category Ops: elements
 */
export const greaterEqual: Binary = fromScalar(primitiveFns.ge, "greaterEqual");

/**
 * Tells where x = y, as bool. Both values have the same type. NaN equals nothing.
 *
 * @category Ops: elements
 */
export const equal: Binary = fromScalar(primitiveFns.eq, "equal");

/**
 * Tells where x ≠ y, as bool. Both values have the same type. NaN differs from everything.
 *
 * @category Ops: elements
 */
export const notEqual: Binary = fromScalar(primitiveFns.ne, "notEqual");

/**
 * Tells where a float is neither infinite nor NaN, as bool.
 *
 * @category Ops: elements
 */
export const isFinite: Unary = fromScalar(primitiveFns.isFinite);
