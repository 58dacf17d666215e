import { primitiveFns } from "@metrigrad/tensor";
import { fromScalar, type Unary } from "./elementwise.ts";

/**
 * Rounds down to the largest integer that is not above x. The result has no derivative.
 *
 * @category Ops: elements
 */
export const floor: Unary = fromScalar(primitiveFns.floor);

/**
 * Rounds up to the smallest integer that is not below x. The result has no derivative.
 *
 * @category Ops: elements
 */
export const ceil: Unary = fromScalar(primitiveFns.ceil);

/**
 * Rounds to the nearest integer; halves go to the even one. The result has no derivative.
 *
 * @category Ops: elements
 */
export const round: Unary = fromScalar(primitiveFns.round);
