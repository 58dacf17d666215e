import { primitiveFns } from "@metrigrad/tensor";
import { type Binary, fromScalar, type Unary } from "./elementwise.ts";

/** x < y of one type, as bool. */
export const less: Binary = fromScalar(primitiveFns.lt, "less");

/** x ≤ y of one type, as bool. */
export const lessEqual: Binary = fromScalar(primitiveFns.le, "lessEqual");

/** x > y of one type, as bool. */
export const greater: Binary = fromScalar(primitiveFns.gt, "greater");

/** x ≥ y of one type, as bool. */
export const greaterEqual: Binary = fromScalar(primitiveFns.ge, "greaterEqual");

/** x = y of one type, as bool; NaN equals nothing. */
export const equal: Binary = fromScalar(primitiveFns.eq, "equal");

/** x ≠ y of one type, as bool; NaN differs from everything. */
export const notEqual: Binary = fromScalar(primitiveFns.ne, "notEqual");

/** Whether a float is neither infinite nor NaN, as bool. */
export const isFinite: Unary = fromScalar(primitiveFns.isFinite);
