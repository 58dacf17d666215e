import { primitiveFns } from "@metrigrad/tensor";
import { fromScalar, type Unary } from "./elementwise.ts";

/** The largest integer not above x; no derivative. */
export const floor: Unary = fromScalar(primitiveFns.floor);

/** The smallest integer not below x; no derivative. */
export const ceil: Unary = fromScalar(primitiveFns.ceil);

/** The nearest integer, halves to even; no derivative. */
export const round: Unary = fromScalar(primitiveFns.round);
